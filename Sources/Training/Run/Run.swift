package import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Platform
internal import Specs

/// A run: a directory with its locks, its log and its checkpoints around a ``Trainer``.
package final class Run {
  package let trainer: Trainer
  package let options: RunOptions
  let cluster: any Cluster
  /// The weights that the run began with, where they came from elsewhere.
  var origin: RunOrigin?
  /// What ``CheckpointStore/tag`` is at this start; the same on all ranks.
  var workTag = ""
  /// The locks of the run's directories, on the first rank.
  var locks: RunLocks?
  /// A line for each rank that computed much longer than most; known at the end of ``run(from:locks:)``.
  package internal(set) var slowRanks: [String] = []
  private var writer: CheckpointWriter?
  private var watch: RunWatch?

  var config: RunConfig { trainer.config }
  var sinks: RunSinks { trainer.sinks }

  package init(_ trainer: Trainer, options: RunOptions) {
    self.trainer = trainer
    self.options = options
    cluster = trainer.cluster
  }

  /// Reads the data of a config and plans a training on them; collective.
  package convenience init(_ config: RunConfig, options: RunOptions, cluster: any Cluster) throws {
    let data = try LoadedData(config, options: options, cluster: cluster)
    self.init(try Trainer(config, data: data, options: options.trainer, cluster: cluster), options: options)
  }

  /// Trains to the end, writing the run's files on the first rank; collective.
  ///
  /// - Parameters:
  ///   - start: what ``RunStart/decide(_:options:mode:cluster:)`` found.
  ///   - locks: those of the run's directories, on the first rank; given back at the end.
  /// - Returns: the summary that `summary.json` holds.
  /// - Throws: the agreed failure with exit code 75 when the run was asked to stop, its state is saved; with 76 where it diverged.
  package func run(from start: RunStart = .anew, locks: RunLocks? = nil) throws -> RunSummary {
    self.locks = locks
    defer { locks?.release() }
    let isFirst = cluster.rank == 0
    cluster.enter(.readingCheckpoint)
    try restore(from: start)
    cluster.enter(.settingUp)
    let first = trainer.stepsTaken
    let log = try cluster.agree(describe: describeFailure) { () -> RunLog? in
      guard isFirst else { return nil }
      if first > 0 {
        let wasFinished = RunSummary.read(in: options.outputDirectory) != nil
        try sinks.tell(.goesOn(afterStep: first, wasFinished: wasFinished))
      }
      return try RunLog(
        directory: options.outputDirectory, config: config, shards: trainer.shards, options: options, origin: origin,
        locks: locks, goingOnFrom: first)
    }
    if let log { trainer.sinks.add(log.metrics) }
    let writer = CheckpointWriter(
      store, locks: locks, cluster: cluster, keep: config.checkpoint.keep, warn: sinks.warn)
    let watch = RunWatch(config, environment: options.environment, cluster: cluster)
    (self.writer, self.watch) = (writer, watch)
    for warning in trainer.network.warnings + [watch.warning].compactMap({ $0 }) { sinks.warn(warning) }
    // From here on a request to stop waits for the end of a step, and for the state to be saved. The first rank, which
    // has the line of a request before that, is the last to wait.
    if !isFirst { StopSignal.waitForSteps() }
    try cluster.agree(describe: describeFailure) {}
    if isFirst { StopSignal.waitForSteps() }
    if let trace = options.trace { trainer.executor.trace = trace }
    do {
      switch try trainer.train(self) {
      case .stopped(let reason): try stop(reason, writer: writer, log: log)
      case .diverged(let divergence): throw divergence
      case .finished: break
      }
      try saveFinalState(isRestored: trainer.stepsTaken == first && first > 0, with: writer)
      trainer.executor.phaseMark.set(.writingFiles, step: trainer.stepsTaken)
      let seconds = trainer.seconds
      let results = try trainer.conclude()
      return try finish(log: log, results: results, seconds: seconds, checkpointSeconds: writer.seconds)
    } catch let divergence as Divergence {
      // What was saved before the run diverged is good, and may still be on its way to the disk.
      try writer.finish()
      throw divergence.agreed(cluster, consequence: "; the last checkpoint is kept")
    } catch let failure as AgreedFailure {
      // All ranks have come here: the same holds, and nobody leaves while a thread still writes.
      try writer.finish()
      throw failure
    }
  }

  /// Saves what more epochs go on from, before the weights that are handed over take the place of the last ones.
  ///
  /// - Parameter isRestored: it comes from a checkpoint.
  private func saveFinalState(isRestored: Bool, with writer: CheckpointWriter) throws {
    try trainer.requireFiniteWeights(step: trainer.stepsTaken)
    trainer.executor.phaseMark.set(.savingCheckpoint, step: trainer.stepsTaken)
    if !isRestored { try save(with: writer) }
    try writer.finish()
  }

  /// Completes the checkpoint, says why the run stops, and ends it on all ranks.
  private func stop(_ reason: StopReason, writer: CheckpointWriter, log: RunLog?) throws -> Never {
    let step = trainer.stepsTaken
    let isSaved = try writer.complete(synchronously: true)
    guard isSaved else {
      throw AgreedFailure(
        rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.inputOutput.rawValue,
        sentence:
          "step \(step): asked to stop (\(reason.words)), but no checkpoint could be written; see the warning above")
    }
    try cluster.agree(describe: describeFailure) {
      guard let log else { return }
      try locks?.verify()
      let note = ConfigValue.object([.init("step", .integer(step)), .init("reason", .string(reason.words))])
      try AtomicFile.write(Array(note.prettyText.utf8), to: log.directory + "/stopped.json")
      try sinks.tell(.ended)
    }
    throw AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.stopped.rawValue,
      sentence: "stopped on request (\(reason.words)) after step \(step); the state is saved, the same command goes on")
  }
}

extension Run: TrainingSurroundings {
  var words: (control: Int64, writtenCheckpoint: Int64) {
    guard let writer, let watch else { return (0, -1) }
    return (watch.control(checkpointSeconds: writer.seconds), writer.writtenStep)
  }

  func between(_ moment: TrainingMoment) throws -> StopReason? {
    guard let writer, let watch else { return nil }
    let step = trainer.stepsTaken, outcome = moment.outcome
    if let pending = writer.pendingStep, outcome.writtenCheckpoint == Int64(pending) {
      trainer.executor.phaseMark.set(.savingCheckpoint, step: step)
      try writer.complete()
    }
    guard !moment.isLast else { return nil }
    let reason = StopReason(rawValue: outcome.control)
    let isDue =
      outcome.control == RunWatch.saveNow
      || config.checkpoint.isDue(
        afterStep: step, endsEpoch: moment.endsEpoch, epoch: (step - 1) / trainer.stepsPerEpoch + 1)
    guard reason != nil || isDue else { return nil }
    watch.noteCheckpoint()
    try trainer.requireFiniteWeights(step: step - 1)
    trainer.executor.phaseMark.set(.savingCheckpoint, step: step)
    try save(with: writer)
    return reason
  }
}

extension Divergence {
  /// The failure of all ranks, which have found it alike.
  package func agreed(_ cluster: any Cluster, consequence: String = "") -> AgreedFailure {
    AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.notFinite.rawValue,
      sentence: "\(trace); \(wayOut)\(consequence)")
  }
}
