internal import Collectives
package import Datasets
internal import Kernels
package import Networks
internal import Optimization

/// One update after the other: this rank's shards forward and backward, the exchange with the other ranks, the update.
///
/// Phase 1: threads take rows, through all layers to the loss and back to the inputs. Phase 2: threads take pieces of the weight
/// gradients, last layer first, each summed over the rank's shards in tree order while it is in registers. Then the exchange
/// across ranks and the update, replicated. Allocates nothing after `init`.
package final class StepExecutor {
  /// Where the time of the steps went, in seconds of this rank.
  package struct Times: Sendable {
    /// Fetching samples, on the first thread.
    package var data = 0.0
    /// Forward, loss, backward and weight gradients.
    package var compute = 0.0
    /// Until the slowest rank had computed as well.
    package var wait = 0.0
    /// The exchange, once all were there.
    package var communicate = 0.0
    package var update = 0.0
  }

  /// What all ranks know after a step.
  package struct Outcome: Sendable {
    /// Σ wᵢ lᵢ and Σ wᵢ over the batch.
    package var loss: Double
    package var weight: Double
    /// The greatest control word of all ranks.
    package var control: Int64
    /// Whether loss and, where it was looked at, gradient were finite; if not, nothing was updated.
    package var isFinite = true
  }

  /// One shard's share of a rank's trailer.
  private struct Trailer {
    /// A control word, and the seconds that the rank computed.
    static let header = 16
    static let perShard = 16
  }

  package let memory: NetworkMemory
  package let threads: Int
  package private(set) var times = Times()
  /// Updates made so far.
  package private(set) var stepsDone = 0
  /// Steps without an update, because their weights summed to 0.
  package private(set) var emptySteps = 0
  /// Steps without an update, because loss or gradient were not finite.
  package private(set) var skippedSteps = 0

  private let network: Network
  private let loss: any Loss
  private let batch: BatchMemory
  private let plan: ShardPlan
  private let reduction: ReductionPlan
  private let exchange: GradientExchange
  private let rank: Int
  private let size: Int
  private let parameters: ParameterUpdate
  private let seed: UInt64
  private let queue = WorkQueue()
  /// Seconds of the first thread for fetching samples.
  private let fetching = AlignedBuffer<Double>(count: 1)
  /// The longest computation of any rank in the last step, in seconds.
  private var slowest = 0.0
  private let scratch: AlignedBuffer<Float>
  private let scratchStride: Int
  /// The ways through the batches of this run: a whole one, and the last of an epoch.
  private let layouts: [MicroSteps]
  /// Partial sums that wait for later groups of shards.
  private let waiting: [AlignedBuffer<Float>]
  private let augmentation: Augmentation
  private let shardLosses: AlignedBuffer<Double>
  private let shardWeights: AlignedBuffer<Double>

  /// Plans and allocates everything a step needs.
  init(
    network: Network, loss: any Loss, rows: DataRows, description: DataDescription, classWeights: [Float]?,
    augmentation: Augmentation, arena: UnsafeMutablePointer<Float>, parameters: ParameterUpdate, shards: Int,
    batchSize: Int, microSteps: Int, seed: UInt64, threads: Int, cluster: any Cluster, allreduce: String,
    evaluationRows: Int
  ) throws {
    self.network = network
    self.loss = loss
    self.threads = threads
    self.parameters = parameters
    self.seed = seed
    rank = cluster.rank
    size = cluster.size
    plan = ShardPlan(shardCount: shards)
    reduction = ReductionPlan(shards: shards, ranks: cluster.size)
    self.augmentation = augmentation
    let (plan, reduction, rank) = (plan, reduction, rank)
    let layouts = Set([batchSize, rows.count % batchSize]).subtracting([0]).sorted().map {
      MicroSteps(plan, reduction, rank: rank, groups: microSteps, batch: $0)
    }
    self.layouts = layouts
    waiting = (0..<layouts.reduce(0) { max($0, $1.waitingSlots) }).map { _ in
      AlignedBuffer(count: max(16, network.gradientCount))
    }
    let capacity = max(layouts.reduce(0) { max($0, $1.rowCapacity) }, evaluationRows, 1)
    memory = NetworkMemory(network, rows: capacity, arena: arena, training: true)
    batch = BatchMemory(rows, description: description, capacity: capacity, classWeights: classWeights)
    exchange = try cluster.makeExchange(
      algorithm: allreduce, plan: reduction, count: network.gradientCount,
      trailer: Trailer.header + Trailer.perShard * shards)
    scratchStride = (WeightGradient.scratchCount(leaves: shards) + 15) / 16 * 16
    scratch = AlignedBuffer(count: threads * scratchStride)
    shardLosses = AlignedBuffer(count: shards)
    shardWeights = AlignedBuffer(count: shards)
    renewDerived()
  }

  /// Bytes of this rank's buffers for activations, gradients and optimizer state.
  package var byteCount: Int {
    memory.byteCount + parameters.byteCount
      + (reduction.subtrees(of: rank).count + waiting.count) * network.gradientCount * 4
  }

  /// Renews what layers derive from the parameters; call it after setting parameters from outside.
  package func renewDerived() {
    queue.parallelItems(count: memory.derivedItems.count, workers: threads) { item, _ in memory.renewDerived(item: item)
    }
  }

  /// Trains on the samples at positions of an epoch's order.
  ///
  /// - Parameters:
  ///   - order: the epoch's order of samples.
  ///   - positions: the batch.
  ///   - control: 0, or what this rank wants all ranks to know.
  package func step(
    order: SampleOrder.Epoch, positions: Range<Int>, learningRate: Double, control: Int64 = 0
  ) throws -> Outcome {
    let start = Clock.now()
    guard let layout = layouts.first(where: { $0.batch == positions.count }) else {
      preconditionFailure("a batch of \(positions.count) samples was not planned")
    }
    var fetched = 0.0
    for group in layout.groups where !group.rows.isEmpty {
      compute(group, layout, order: order, from: positions.lowerBound + layout.firstPosition + group.rows.lowerBound)
      fetched += fetching.pointer[0]
      writeSums(group, batch: positions.count)
    }
    let computed = Clock.now()
    times.data += fetched
    times.compute += computed - start - fetched

    let trailer = exchange.trailer(of: rank)
    trailer.storeBytes(of: control, as: Int64.self)
    trailer.storeBytes(of: computed - start, toByteOffset: 8, as: Double.self)
    try exchange.allReduce(shardsInUse: plan.shardsInUse(batch: positions.count))
    var outcome = readTrailers(batch: positions.count)
    let exchanged = Clock.now()
    // All ranks start a step together, so the longest computation of any is when all were there.
    let waited = min(max(0, slowest - (computed - start)), exchanged - computed)
    times.wait += waited
    times.communicate += exchanged - computed - waited

    stepsDone += 1
    if outcome.weight > 0 {
      let updates = outcome.loss.isFinite && update(weight: outcome.weight, learningRate: learningRate)
      outcome.isFinite = updates
      if !updates { skippedSteps += 1 }
    } else {
      emptySteps += 1
    }
    times.update += Clock.now() - exchanged
    return outcome
  }

  /// Loss and gradients of one group of shards.
  /// - Parameter base: the position in the epoch of the group's first row.
  private func compute(_ group: MicroSteps.Group, _ layout: MicroSteps, order: SampleOrder.Epoch, from base: Int) {
    let rowCount = group.rows.count
    memory.begin(StepContext(isTraining: true, seed: seed, step: stepsDone, samples: batch.samples))
    let workers = min(threads, max(1, rowCount / 6))
    parallel(workers: workers) { worker in
      let rows = Self.cut(rowCount, into: workers, piece: worker)
      let begin = worker == 0 ? Clock.now() : 0
      for row in rows { batch.ids.pointer[row] = order[base + row] }
      batch.gather(rows, into: memory.input)
      if !augmentation.isEmpty {
        for row in rows { augmentation.apply(memory.input[row], id: batch.ids.pointer[row], epoch: order.index) }
      }
      if worker == 0 { fetching.pointer[0] = Clock.now() - begin }
      memory.forward(rows: rows)
      loss.evaluate(
        memory.output, batch.targets, rows: rows, losses: batch.losses.pointer, gradient: memory.outputGradient)
      memory.backward(rows: rows)
    }
    let parts = group.parts
    queue.parallelItems(count: memory.gradientItems.count * parts.count, workers: threads) { index, worker in
      let part = layout.parts[parts.lowerBound + index % parts.count]
      memory.accumulateWeightGradient(
        item: index / parts.count, leaves: layout.leaves.pointer + part.firstLeaf, leafCount: part.leafCount,
        gradient: sum(part.slot, of: part.tree), scratch: scratch.pointer + worker * scratchStride)
    }
    for merge in group.merges { join(layout.merges[merge]) }
  }

  /// A place for a partial sum of one of the rank's subtrees.
  private func sum(_ slot: Int, of tree: Int) -> UnsafeMutablePointer<Float> {
    slot == 0 ? exchange.partial(tree) : waiting[slot - 1].pointer
  }

  /// Adds a sum to one that waited for it.
  private func join(_ merge: MicroSteps.Merge) {
    let left = sum(merge.left, of: merge.tree), right = UnsafePointer(sum(merge.right, of: merge.tree))
    let block = 4096, count = network.gradientCount
    queue.parallelItems(count: (count + block - 1) / block, workers: threads) { item, _ in
      for index in item * block..<min(count, (item + 1) * block) { left[index] += right[index] }
    }
  }

  /// The rows of one of several pieces, cut at multiples of 6 rows, the height of the kernels' tiles, where there are enough.
  static func cut(_ rows: Int, into pieces: Int, piece: Int) -> Range<Int> {
    let tiles = (rows + 5) / 6
    let start = min(rows, tiles * piece / pieces * 6), end = min(rows, tiles * (piece + 1) / pieces * 6)
    return start..<end
  }

  /// - Returns: whether the weights were updated.
  private func update(weight: Double, learningRate: Double) -> Bool {
    var gradient = exchange.sum
    let work = exchange.partial(0)
    if !network.folds.isEmpty {
      if exchange.sharesSum { work.update(from: gradient, count: network.gradientCount) }
      memory.foldSharedGradients(work)
      gradient = UnsafePointer(work)
    }
    guard parameters.apply(gradient, work: work, weight: weight, learningRate: learningRate, step: stepsDone) else {
      return false
    }
    memory.updateStates(gradient, weight: weight)
    renewDerived()
    return true
  }

  /// Puts the sums of a group's losses and weights where all ranks will see them.
  private func writeSums(_ group: MicroSteps.Group, batch count: Int) {
    let trailer = exchange.trailer(of: rank)
    let first = plan.positions(of: group.shards, batch: count).lowerBound
    for shard in group.shards {
      let rows = plan.positions(of: shard, batch: count)
      let sums = batch.sums(rows.lowerBound - first..<rows.upperBound - first)
      let place = Trailer.header + (shard - reduction.shards(of: rank).lowerBound) * Trailer.perShard
      trailer.storeBytes(of: sums.loss, toByteOffset: place, as: Double.self)
      trailer.storeBytes(of: sums.weight, toByteOffset: place + 8, as: Double.self)
    }
  }

  private func readTrailers(batch count: Int) -> Outcome {
    var control: Int64 = 0
    slowest = 0
    for peer in 0..<size {
      let trailer = UnsafeRawPointer(exchange.trailer(of: peer))
      slowest = max(slowest, trailer.load(fromByteOffset: 8, as: Double.self))
      control = max(control, trailer.load(as: Int64.self))
      for (index, shard) in reduction.shards(of: peer).enumerated() {
        let place = Trailer.header + index * Trailer.perShard
        shardLosses.pointer[shard] = trailer.load(fromByteOffset: place, as: Double.self)
        shardWeights.pointer[shard] = trailer.load(fromByteOffset: place + 8, as: Double.self)
      }
    }
    let inUse = plan.shardsInUse(batch: count)
    return Outcome(
      loss: ReductionTree.sum(UnsafeBufferPointer(shardLosses.elements), present: inUse),
      weight: ReductionTree.sum(UnsafeBufferPointer(shardWeights.elements), present: inUse), control: control)
  }
}
