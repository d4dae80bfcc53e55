package import Collectives
package import Datasets
internal import Kernels
package import Metrics
package import Networks
internal import Optimization
internal import Platform
internal import Specs

/// A training: a network, its optimizer and its memory on data that it is given. It knows no directory and prints
/// nothing.
///
/// ``train(_:)`` ends with a ``TrainingOutcome``; what happens on the way is told to sinks. A ``Run`` is what stands
/// around it: directory, locks, log and checkpoints.
package final class Trainer {
  package let config: RunConfig
  package let data: LoadedData
  package let network: Network
  package let executor: StepExecutor
  package let shards: Int
  package let batchSize: Int
  let arena: AlignedBuffer<Float>
  let loss: any Loss
  /// What samples of each class count, nil: all 1.
  let classWeights: [Float]?
  let rows: DataRows
  let cluster: any Cluster
  package let options: TrainerOptions
  private var evaluation: Evaluation
  private(set) var context: MetricContext
  /// The decision threshold, where costs ask for one and there are validation rows.
  private(set) var threshold: ThresholdSearch?
  private let order: SampleOrder
  /// The order of the epoch that the last step was in.
  private var epoch: SampleOrder.Epoch?
  let parameters: ParameterUpdate
  let selection: WeightSelection
  /// The names under which evaluations report.
  package let resultNames: ResultNames
  /// What a schedule watches of validation, and what it remembers.
  let plateauMetric: WatchedMetric?
  var plateau = PlateauState()
  /// The first values of watched results, by key of what watches, that were none.
  var waitingSince: [String: MetricReport.Entry] = [:]
  /// What this rank's memory is taken for.
  let memoryPlan: MemoryPlan
  /// That memory is short, where it is.
  package let memoryWarning: String?
  /// What this rank saw in the last step that was skipped.
  var lastSkipped: NonFiniteTrace?
  /// Who is told what happens.
  var sinks: RunSinks { didSet { executor.tellOfWork = sinks.tellOfWork } }
  /// Whether ``close()`` was called.
  private var isClosed = false
  /// Steps that were made, in this and earlier processes.
  package internal(set) var stepsTaken = 0
  /// Means since the epoch's start, and since the last figures.
  var epochMean = LossMean()
  var interval = LossMean()
  /// Seconds of training in earlier processes.
  var earlierSeconds = 0.0
  /// The time at which training would have begun, had it never been interrupted; nil before the first step.
  var began: Double?
  /// Seconds of training so far, in this and earlier processes.
  var seconds: Double { began.map { Clock.now() - $0 } ?? earlierSeconds }

  /// Training ends here for now; what passes until it goes on is none of its seconds.
  func stopClock() { (earlierSeconds, began) = (seconds, nil) }

  /// Plans everything.
  ///
  /// - Parameters:
  ///   - data: of this config, read by the ranks of the cluster, or by those of one that it is a group of.
  package convenience init(
    _ config: RunConfig, data: LoadedData, options: TrainerOptions, cluster: any Cluster
  ) throws {
    try self.init(config, data: data, options: options, cluster: cluster, resumedShards: nil)
  }

  /// - Parameter resumedShards: the shards of a training that goes on: its rows were looked at where it began, and its
  ///   arrays are put into their places afterwards; nil: it begins.
  init(
    _ config: RunConfig, data: LoadedData, options: TrainerOptions, cluster: any Cluster, resumedShards: Int?
  ) throws {
    self.config = config
    self.options = options
    self.cluster = cluster
    sinks = RunSinks(options.sinks, isFirst: cluster.rank == 0)
    var data = data
    let description = data.description
    cluster.enter(.settingUp)
    guard let rows = data.prepared.rows(of: .train), rows.count > 0 else {
      throw RunError(.data, "data.train: no rows are left to train on; give more rows or smaller fractions")
    }
    self.rows = rows
    network = try config.model.makeNetwork(description)
    loss = try config.loss.loss.makeLoss(
      for: network, classes: description.classNames.count, targetWidth: description.targetWidth, path: "loss")
    try loss.prediction.requireDistinctLevels(path: "loss.quantiles")
    if resumedShards != nil { data = data.withoutChecks() }
    try data.checkInputs(network, cluster: cluster)
    try data.checkTargets(loss, cluster: cluster)
    self.data = data
    classWeights = try config.loss.classWeights(description, training: rows)
    try data.checkWeights(classWeights, cluster: cluster)
    if config.training.microSteps > 1, let node = network.nodes.first(where: { $0.needs.reach == .batch }) {
      throw ConfigError(
        "model.layers[\(node.index)] reads sums over the whole batch, which groups of its shards cannot know; set 1",
        path: "training.micro_steps")
    }
    shards = resumedShards ?? options.shards ?? config.parallel.shards ?? cluster.size * options.threads
    batchSize = min(config.training.globalBatchSize, rows.count)
    let checksFinite = config.training.onNonFinite == .skipStep
    let plan = StepPlan(
      StepPlan.Request(
        section: config.parallel, trainingRows: rows.count, batchSize: batchSize, shards: shards,
        microSteps: config.training.microSteps, threads: options.threads, spareCores: options.spareCores,
        evaluationRows: options.threads * Evaluation.blockRows,
        updatesByBucket: ParameterUpdate.goesByBucket(
          config.optimizer.optimizer, clipping: config.training.clipping, checksFinite: checksFinite)),
      network: network, rank: StepPlan.Rank(cluster))
    memoryPlan = MemoryPlan(config, network: network, step: plan, description: description)
    memoryWarning = try memoryPlan.check(cluster)
    arena = AlignedBuffer(count: max(16, network.storageCount))
    // 20 million numbers a second: what is about to be overwritten is not drawn.
    if resumedShards == nil { network.initialize(arena.pointer, seed: config.seed) }
    parameters = try ParameterUpdate(
      network, section: config.optimizer, clipping: config.training.clipping, averaging: config.training.averaging,
      checksFinite: checksFinite, arena: arena.pointer, threads: options.threads)
    if config.parallel.update == .sharded, !parameters.isElementwise {
      throw ConfigError(
        "'sharded' needs an optimizer that updates every element from its own gradient, and "
          + "\(type(of: config.optimizer.optimizer).kind) looks at whole tensors; use 'replicated'",
        path: "parallel.update")
    }
    let augmentation = try Augmentation(
      config.data.augmentation, shape: description.featureShape, seed: config.seed, path: "data.augmentation")
    let cost = try config.loss.cost?.matrix(description.classNames, path: "loss.cost")
    context = MetricContext(
      prediction: loss.prediction, outputs: network.output.count, classNames: description.classNames,
      targetNames: description.targetNames, units: description.targetNormalization,
      decision: .plugIn(cost, loss: loss, classWeights: classWeights), cost: cost)
    let names = try ResultNames(config.metrics, context: context), known = context
    resultNames = names
    let hasValidation = description.count(of: .validation) > 0
    func watched(_ word: String, _ path: String) throws(ConfigError) -> WatchedMetric {
      try WatchedMetric(
        word, among: names, context: known, metrics: config.registries[default: MetricRegistry.standard], path: path)
    }
    selection = try WeightSelection(
      config, network: network, arena: arena.pointer, average: parameters.average?.pointer,
      watching: hasValidation ? watched : nil)
    if let schedule = config.optimizer.schedule.plateau {
      guard hasValidation else {
        throw ConfigError(
          "reduce_on_plateau needs validation data; give data.validation", path: "optimizer.schedule")
      }
      plateauMetric = try watched(schedule.metric, "optimizer.schedule.metric")
    } else {
      plateauMetric = nil
    }
    order = SampleOrder(count: rows.count, seed: config.seed, shuffle: config.data.shuffle)
    // What can be refused has been: a training that is refused leaves nothing behind that ranks share.
    executor = try StepExecutor(
      plan, network: network, loss: loss, rows: rows, description: description, classWeights: classWeights,
      augmentation: augmentation, arena: arena.pointer, parameters: parameters, batchSize: batchSize,
      seed: config.seed, threads: options.threads, cluster: cluster, section: config.parallel)
    executor.phaseMark = cluster.phaseMark
    executor.tellOfWork = sinks.tellOfWork
    evaluation = try Evaluation(
      memory: executor.memory, loss: loss, metrics: config.metrics, context: context, threads: options.threads)
  }

  /// Gives back what it shares with other ranks and what runs beside it: prepared messages, memory of the node, the
  /// thread for the exchange; collective.
  ///
  /// No step is made after it. What it has learned is there until the trainer itself is let go, and its own memory goes
  /// with that. A trainer that is not closed takes all this along until its cluster is closed.
  package func close() throws {
    guard !isClosed else { return }
    isClosed = true
    // Nobody sees who waits inside MPI's blocking calls, so all come together before them.
    try cluster.barrier()
    try executor.close()
  }

  package var stepsPerEpoch: Int { (rows.count + batchSize - 1) / batchSize }

  package var totalSteps: Int {
    let all = config.training.epochs * stepsPerEpoch
    return config.training.steps.map { min($0, all) } ?? all
  }

  /// The learning rate of an update, counted from 0.
  package func learningRate(at step: Int) -> Double {
    plateau.scale * config.optimizer.schedule.learningRate(at: step, of: schedulePlan)
  }

  private var schedulePlan: SchedulePlan {
    SchedulePlan(
      base: config.optimizer.optimizer.learningRate, totalSteps: totalSteps, stepsPerEpoch: stepsPerEpoch)
  }

  /// One update; collective.
  ///
  /// - Throws: ``Divergence`` where something is not finite, unless such steps are skipped.
  package func step(_ step: Int, control: Int64 = 0, written: Int64 = -1) throws -> StepExecutor.Outcome {
    precondition(!isClosed, "a training is gone on with after it was closed")
    let epoch = step / stepsPerEpoch, start = step % stepsPerEpoch * batchSize
    let rate = learningRate(at: step)
    let outcome = try executor.step(
      order: order(of: epoch), positions: start..<min(start + batchSize, rows.count), learningRate: rate,
      control: control,
      written: written)
    if let differing = outcome.differingRank { try reportReplica(differing, step: step) }
    guard !outcome.isFinite else { return outcome }
    if outcome.isDamaged || config.training.onNonFinite == .stop { throw try divergence(step: step) }
    lastSkipped = executor.nonFinite
    return outcome
  }

  /// The order of an epoch, made once for all its steps.
  private func order(of index: Int) -> SampleOrder.Epoch {
    if let epoch, epoch.index == index { return epoch }
    // Every rank would list what others train on, too; many ranks find their own as they go.
    let made = order.epoch(index, isListed: rows.count <= Self.listedRows && cluster.size <= Self.listingRanks)
    epoch = made
    return made
  }

  /// Rows whose order is listed at an epoch's start, and ranks that do so: found batch by batch, rows were a tenth of
  /// the step of a small table.
  private static let listedRows = 16_384
  private static let listingRanks = 8

  /// Ends the run because a rank holds other weights than the first; collective.
  private func reportReplica(_ rank: Int, step: Int) throws {
    let own = WeightHash(network).hashes(arena.pointer)
    let all = try cluster.gather(own, cluster.place.host), (others, host) = all[rank]
    let tensor = zip(others, all[0].0).enumerated().first { $1.0 != $1.1 }?.offset
    let name = tensor.map { network.tensors[$0].name } ?? "the weights"
    throw AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.internalError.rawValue,
      sentence:
        "step \(step): rank \(rank) on \(host) holds other weights than "
        + "rank 0, first in \(name); nothing of this run can be trusted since the last check: look for a faulty "
        + "machine, and start again")
  }

  /// Evaluates a part of the data; nil where there is none.
  package func evaluate(_ part: DataPart) throws -> Evaluation.Result? {
    guard let rows = data.prepared.rows(of: part), rows.count > 0 else { return nil }
    let begin = Clock.now()
    executor.phaseMark.set(.evaluating, step: stepsTaken)
    defer { sinks.tellOfWork?(.evaluate, begin, Clock.now()) }
    return try selection.withEvaluatedWeights {
      if part == .validation { try chooseThreshold(rows) }
      return try evaluation.run(rows, description: data.description, classWeights: classWeights, cluster: cluster)
    }
  }

  /// Where wrong classes cost differently, chooses the threshold between two classes that costs least on the validation
  /// rows.
  ///
  /// Every validation chooses anew, so that what is watched is what the threshold that is handed over gives.
  private func chooseThreshold(_ rows: DataRows) throws {
    guard context.cost != nil, context.classes == 2, loss.prediction.hasClassProbabilities else { return }
    var nearest = 0.5
    if case .leastCost(let costs) = plugIn { nearest = costs.threshold }
    let search = try Evaluation(
      memory: executor.memory, loss: loss, metrics: [DecisionThreshold(nearest: nearest)], context: context,
      threads: options.threads)
    let found = try search.run(rows, description: data.description, classWeights: nil, cluster: cluster)
    let best = ThresholdSearch(found.metrics[0])
    threshold = best
    context.decision = .logOdds(best.logOdds)
    evaluation = try Evaluation(
      memory: executor.memory, loss: loss, metrics: config.metrics, context: context, threads: options.threads)
  }

  /// How classes are decided on without validation rows.
  var plugIn: DecisionRule { .plugIn(context.cost, loss: loss, classWeights: classWeights) }

  /// The probability of the second of two classes, as the network has it, from which it is the cheaper one by some
  /// costs; nil where there are no probabilities.
  package func threshold(ofCosts costs: [[Double]]) -> Double? {
    guard case .leastCost(let rule) = DecisionRule.plugIn(costs, loss: loss, classWeights: classWeights) else {
      return nil
    }
    return rule.threshold
  }

  /// The config as a model's file has it: data have other paths where it is used.
  var modelConfig: ConfigValue {
    guard case .object(var members) = config.resolved else { return config.resolved }
    members.removeAll { $0.key == "data" }
    return .object(members)
  }

  /// Weights as a file.
  func modelFile(_ weights: UnsafePointer<Float>, provenance: ModelProvenance? = nil) -> ModelFile {
    ModelFile(
      network, arena: weights, config: modelConfig, description: data.description, classWeights: classWeights,
      decision: context.decision, threshold: threshold?.probability, provenance: provenance)
  }

  /// The SHA-256 of the weights as they are.
  package var weightsHash: String { modelFile(arena.pointer).hash }
}

extension Trainer {
  /// One line that says what is trained.
  package var headline: String {
    let description = data.description
    let parts = DataPart.allCases.filter { description.count(of: $0) > 0 }
    let counts = parts.map { part in
      let count = description.count(of: part)
      return part == parts.last ? count.counted("\(part.name) sample") : "\(count) \(part.name)"
    }
    let samples = counts.joined(separator: " + ")
    return "\(config.name): \(network.parameterCount.counted("parameter")), \(samples), "
      + "batch \(batchSize) in \(shards.counted("shard")), \(totalSteps.counted("step"))"
  }
}

extension Trainer {
  /// Samples of a step's batch.
  package func batchCount(of step: Int) -> Int {
    // Not from the description: a copy of that for every step counts references to all its lists.
    min(batchSize, rows.count - step % stepsPerEpoch * batchSize)
  }
}
