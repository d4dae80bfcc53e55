internal import Collectives
package import Datasets
internal import Kernels
package import Networks
internal import Optimization
internal import Platform

/// One update after the other: this rank's shards forward and backward, the exchange with the other ranks, the update.
///
/// What is computed goes through the loops of ``StepPhases``: threads take rows, through layers to the loss and back to
/// the inputs, and pieces of the weight gradients, last layer first, each summed over the rank's shards in tree order
/// while it is in registers. With overlap a bucket of gradients that is complete travels while the layers before are
/// still at work. Then the update, bucket by bucket. Allocates nothing after `init`.
///
/// A step's synchronisations, without overlap, micro steps and layers that look further than a row, and with rows
/// enough for all threads. Threads: 4 loops that start and join all workers (rows, weight gradients, update, transposed
/// weights), 5 where ranks fetch each other's slices, 6 with an average. Ranks of one node: 3 meetings (partial sums
/// are there; updated slices are there; slices are fetched), the last of them waited for only before the next step's
/// weight gradients.
package final class StepExecutor {
  /// What all ranks know after a step.
  package struct Outcome: Sendable {
    /// Σ wᵢ lᵢ and Σ wᵢ over the batch.
    package var loss: Double
    package var weight: Double
    /// The greatest control word of all ranks.
    package var control: Int64
    /// The step of the checkpoint that every rank has written; -1: not all have.
    package var writtenCheckpoint: Int64 = -1
    /// The first rank that holds other weights than the first one, where that was looked at.
    package var differingRank: Int?
    /// Whether loss, gradients and what the update made of them were finite.
    package var isFinite = true
    /// Whether something not finite was found after weights had been changed, so that they cannot be gone on with.
    package var isDamaged = false
  }

  package let memory: NetworkMemory
  package let threads: Int
  /// Updates made so far.
  package private(set) var stepsDone = 0
  /// Steps without an update, because their weights summed to 0.
  package private(set) var emptySteps = 0
  /// Steps without an update, because loss or gradient were not finite.
  package private(set) var skippedSteps = 0
  /// How gradients are added over ranks.
  package let parallelism: StepParallelism

  let network: Network
  let loss: any Loss
  let batch: BatchMemory
  let plan: StepPlan
  let exchange: GradientExchange
  let driver: ExchangeDriver
  let thread: CommunicationThread?
  let trailer: StepTrailer
  let sums: SumExchange
  let sharing: (any ParameterSharing)?
  private let hashing: WeightHash
  private let hashEvery: Int
  private let parameters: ParameterUpdate
  let seed: UInt64
  let queue = WorkQueue()
  private let clock = StepClock()
  /// Seconds of the first thread for fetching samples.
  let fetching = AlignedBuffer<Double>(count: 1)
  let scratch: AlignedBuffer<Float>
  let scratchStride: Int
  /// Partial sums that wait for later groups of shards.
  let waiting: [AlignedBuffer<Float>]
  let augmentation: Augmentation
  /// What this rank saw that is not finite, in the last step.
  var nonFinite: NonFiniteTrace?
  /// Where this rank notes what it does.
  var phaseMark = PhaseMark()

  /// Allocates everything a step needs.
  init(
    _ plan: StepPlan, network: Network, loss: any Loss, rows: DataRows, description: DataDescription,
    classWeights: [Float]?, augmentation: Augmentation, arena: UnsafeMutablePointer<Float>, parameters: ParameterUpdate,
    batchSize: Int, seed: UInt64, threads: Int, cluster: any Cluster, section: ParallelSection
  ) throws {
    self.plan = plan
    self.network = network
    self.loss = loss
    self.threads = threads
    self.parameters = parameters
    self.seed = seed
    self.augmentation = augmentation
    trailer = StepTrailer(plan.reduction, rank: plan.rank.rank)
    waiting = (0..<plan.waitingSlots).map { _ in AlignedBuffer(count: max(16, network.gradientCount)) }
    memory = NetworkMemory(network, layout: plan.layout, arena: arena)
    sums = try SumExchange(memory, plan: plan.reduction, cluster: cluster)
    batch = BatchMemory(
      rows, description: description, capacity: plan.layout.rows, classWeights: classWeights,
      counts: loss.countsPositions, ready: ReadyRows(rows, layout: plan.layout, description: description))
    exchange = try cluster.makeExchange(plan.exchangeRequest(section, trailer: trailer, batchSize: batchSize))
    var parallelism = plan.parallelism
    parallelism.note(exchange)
    self.parallelism = parallelism
    driver = ExchangeDriver(exchange, plan: plan.buckets, trailer: trailer)
    thread = parallelism.overlap == .thread ? CommunicationThread(driver) : nil
    let exchange = exchange, buckets = plan.buckets.buckets.map(\.range)
    let owned = buckets.indices.map { parallelism.isSharded ? exchange.owned($0) : buckets[$0] }
    let trained = 0..<network.arenaCount
    parameters.marksFaults = parallelism.isSharded
    parameters.plan(buckets: buckets.map { $0.clamped(to: trained) }, owned: owned.map { $0.clamped(to: trained) })
    if parallelism.isSharded {
      let all = try ownedByRank(owned.map { $0.clamped(to: trained) }, cluster: cluster)
      sharing =
        try exchange.handover.map { NodeSharing(all, through: $0, arena: arena, rank: cluster.rank, threads: threads) }
        ?? MessageSharing(all, arena: arena, cluster: cluster, threads: threads)
    } else {
      sharing = nil
    }
    hashing = WeightHash(network)
    hashEvery = section.replicaCheckEvery
    scratchStride = plan.scratchStride
    scratch = AlignedBuffer(count: threads * scratchStride)
    renewDerived()
  }

  deinit {
    thread?.stop()
  }

  /// Collective: gives back what is shared with other ranks, and ends the thread for the exchange; no step is made
  /// after it.
  func close() throws {
    thread?.stop()
    try sharing?.close()
    try sums.close()
    try exchange.close()
  }

  /// Where the time of all steps went.
  package var times: StepTimes { clock.times }

  /// Hears what this rank did between which two times of `Clock`.
  var tellOfWork: ((_ work: RankWork, _ begin: Double, _ end: Double) -> Void)? {
    get { clock.tellOfWork }
    set { clock.tellOfWork = newValue }
  }

  /// Bytes of this rank's buffers for activations, gradients and optimizer state.
  package var byteCount: Int {
    memory.byteCount + parameters.byteCount + exchange.byteCount + waiting.count * network.gradientCount * 4
      + scratch.count * 4 + (batch.ready?.byteCount ?? 0)
  }

  /// What the exchange of one step sends from this rank, and the least any allreduce of this size sends.
  package var traffic: (bytes: Int, lowerBound: Int) {
    let ranks = plan.rank.ranks
    return (
      exchange.traffic.bytes + (sharing?.byteCount ?? 0), 2 * (ranks - 1) * network.gradientCount * 4 / ranks
    )
  }

  /// Renews what layers derive from the parameters; call it after setting parameters from outside.
  package func renewDerived() {
    queue.parallelItems(count: memory.derivedItems.count, workers: threads) { item, _ in memory.renewDerived(item: item)
    }
  }

  /// Goes on from counts of an earlier process; parameters have been set.
  func resume(stepsDone: Int, emptySteps: Int, skippedSteps: Int) {
    self.stepsDone = stepsDone
    self.emptySteps = emptySteps
    self.skippedSteps = skippedSteps
    renewDerived()
  }

  /// The optimizer's arrays, for checkpoints.
  var optimizerState: OptimizerState { OptimizerState(parameters: parameters, ownedByRank: sharing?.ownedByRank) }

  /// Trains on the samples at positions of an epoch's order.
  ///
  /// - Parameters:
  ///   - order: the epoch's order of samples.
  ///   - positions: the batch.
  ///   - control: 0, or what this rank wants all ranks to know.
  ///   - written: the step of the checkpoint that this rank has written, -1: none.
  package func step(
    order: SampleOrder.Epoch, positions: Range<Int>, learningRate: Double, control: Int64 = 0, written: Int64 = -1
  ) throws -> Outcome {
    // What the calling thread adds between loops is part of the step as well.
    try Denormals.flushing {
      try flushedStep(
        order: order, positions: positions, learningRate: learningRate, control: control, written: written)
    }
  }

  private func flushedStep(
    order: SampleOrder.Epoch, positions: Range<Int>, learningRate: Double, control: Int64, written: Int64
  ) throws -> Outcome {
    let start = clock.begin()
    phaseMark.set(.computing, step: stepsDone)
    nonFinite = nil
    parameters.forgetFault()
    guard let way = plan.batches.firstIndex(where: { $0.batch == positions.count }) else {
      preconditionFailure("a batch of \(positions.count) samples was not planned")
    }
    let layout = plan.batches[way]
    let inUse = plan.shards.shardsInUse(batch: positions.count)
    driver.begin(shardsInUse: inUse, at: start)
    trailer.setControl(control, in: exchange)
    trailer.setWritten(written, in: exchange)
    let isHashed = hashEvery > 0 && plan.rank.ranks > 1 && stepsDone % hashEvery == 0
    trailer.setHash(isHashed ? hashing.hash(memory.arena, threads: threads) : 0, in: exchange)
    fetching.pointer[0] = 0
    sums.begin()
    memory.groups.setBatch(samples: positions.count)
    for (index, group) in layout.groups.enumerated() where !group.rows.isEmpty || sums.meetsInSteps {
      // Sums that are still to be joined to others cannot leave yet.
      let isFinal = index == layout.groups.count - 1 && group.merges.isEmpty
      try compute(
        group, layout, plan.phases[way][index], order: order,
        from: positions.lowerBound + layout.firstPosition + group.rows.lowerBound, shardsInUse: inUse,
        overlaps: isFinal && parallelism.overlap != .off)
    }
    if layout.groups.isEmpty { try sums.addNothing(shardsInUse: inUse) }
    try sums.addForStates(shardsInUse: inUse)
    driver.waited = sums.waited
    clock.hasComputed(fetching: fetching.pointer[0], waiting: sums.waited)
    phaseMark.set(.exchanging, step: stepsDone)
    try driver.finishStarting()
    return try finish(shardsInUse: inUse, learningRate: learningRate)
  }

  /// The rest of the exchange, and the update.
  private func finish(shardsInUse: Int, learningRate: Double) throws -> Outcome {
    /// Waits for a bucket.
    func arrive(_ bucket: Int) throws {
      try exchange.finish(bucket)
      clock.hasArrived()
    }
    let last = driver.plan.buckets.count - 1
    try arrive(0)
    var outcome = trailer.outcome(exchange, shardsInUse: shardsInUse)
    outcome.differingRank = trailer.differingRank(exchange)
    stepsDone += 1
    outcome.isFinite = outcome.weight == 0 || outcome.loss.isFinite
    let needsAll = !parameters.goesByBucket || !network.tiedGradients.isEmpty
    if needsAll { try arrive(last) }
    var gradient: SummedGradient?
    if outcome.weight > 0 && outcome.isFinite {
      let sum = SummedGradient(exchange, memory: memory)
      outcome.isFinite =
        parameters.begin(sum.values, weight: outcome.weight, learningRate: learningRate, step: stepsDone)
        && hasFiniteTiedGradients(sum.values)
      if outcome.isFinite { gradient = sum }
    }
    for bucket in 0...last {
      if !needsAll, bucket > 0 { try arrive(bucket) }
      guard let gradient else { continue }
      parameters.apply(
        bucket: bucket, gradient: gradient, copy: sharing?.copy,
        before: { exchange.sum($0, bucket: bucket, worker: $1) }, between: { driver.advance() })
      try sharing?.start(bucket)
      clock.hasUpdated()
    }
    try driver.check()
    var isWhole = parameters.fault == nil
    if let sharing {
      isWhole = try sharing.finish(hasUpdated: gradient != nil) && isWhole
      clock.hasArrived(isTold: false)
    }
    clock.hasExchanged(slowest: trailer.slowest(exchange))
    if nonFinite == nil { nonFinite = parameters.fault.map { NonFiniteTrace($0, network: network) } }
    if gradient != nil, !isWhole {
      outcome.isFinite = false
      outcome.isDamaged = true
    } else if gradient != nil {
      phaseMark.set(.updating, step: stepsDone)
      if network.storageCount > network.arenaCount {
        memory.updateStates()
        nonFinite = NonFiniteTrace(statesOf: network, in: memory.arena)
        if nonFinite != nil { (outcome.isFinite, outcome.isDamaged) = (false, true) }
      }
      parameters.renewAverage()
      renewDerived()
    } else if outcome.isFinite {
      emptySteps += 1
    } else {
      skippedSteps += 1
    }
    clock.hasUpdated()
    return outcome
  }

  /// Whether gradients that were added to those of shared weights are finite; they stand behind the others.
  private func hasFiniteTiedGradients(_ gradient: UnsafePointer<Float>) -> Bool {
    let first = network.arenaCount
    guard network.gradientCount > first else { return true }
    return FiniteCheck.holds(gradient + first, count: network.gradientCount - first)
  }
}
