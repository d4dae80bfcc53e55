package import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Platform
package import Specs

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
  /// What another group of ranks has left of this run; nil: it began here.
  private let baggage: RunBaggage?
  /// Steps that were made before ``begin(from:locks:)``.
  private var firstStep = 0
  private var log: RunLog?
  private var writer: CheckpointWriter?
  private var watch: RunWatch?
  /// Asked before each step whether to pause.
  private var pauseRequest: (() -> Bool)?

  var config: RunConfig { trainer.config }
  var sinks: RunSinks { trainer.sinks }

  private init(_ trainer: Trainer, options: RunOptions, baggage: RunBaggage?) {
    self.trainer = trainer
    self.options = options
    self.baggage = baggage
    cluster = trainer.cluster
    origin = baggage?.origin
  }

  package convenience init(_ trainer: Trainer, options: RunOptions) {
    self.init(trainer, options: options, baggage: nil)
  }

  /// Reads the data of a config and plans a training on them; collective.
  package convenience init(_ config: RunConfig, options: RunOptions, cluster: any Cluster) throws {
    let data = try LoadedData(config, options: options, cluster: cluster)
    self.init(try Trainer(config, data: data, options: options.trainer, cluster: cluster), options: options)
  }

  /// Goes on with a run that other ranks have begun and ``suspend()`` has taken from them; collective.
  ///
  /// - Parameters:
  ///   - data: those that it was begun with, or what its view was made of, as these ranks have loaded them.
  ///   - registries: those that its config was read with.
  package convenience init(
    resuming suspended: SuspendedTraining, data: LoadedData, options: RunOptions, registries: Registries = .standard,
    cluster: any Cluster
  ) throws {
    guard let baggage = suspended.run else { preconditionFailure("a training without a run is resumed as a run") }
    let trainer = try Trainer(
      resuming: suspended, data: data, options: options.trainer, registries: registries, cluster: cluster)
    self.init(trainer, options: options, baggage: baggage)
  }

  /// Trains to the end, writing the run's files on the first rank; collective.
  ///
  /// - Parameters:
  ///   - start: what ``RunStart/decide(_:options:mode:cluster:)`` found.
  ///   - locks: those of the run's directories, on the first rank; given back at the end.
  /// - Returns: the summary that `summary.json` holds.
  /// - Throws: the agreed failure with exit code 75 when the run was asked to stop, its state is saved; with 76 where
  ///   it diverged.
  package func run(from start: RunStart = .anew, locks: RunLocks? = nil) throws -> RunSummary {
    try begin(from: start, locks: locks)
    guard let summary = try train() else { preconditionFailure("a run has paused that nobody asked to") }
    return summary
  }

  /// Opens the run's directory, and goes to the step that was reached: that of its newest checkpoint or, where it has
  /// come from other ranks, the one that it was suspended at; collective.
  ///
  /// - Parameters: as of ``run(from:locks:)``.
  package func begin(from start: RunStart = .anew, locks: RunLocks? = nil) throws {
    self.locks = locks
    do { try open(from: start) } catch {
      locks?.release()
      throw error
    }
  }

  private func open(from start: RunStart) throws {
    let isFirst = cluster.rank == 0, isNew = baggage == nil
    cluster.enter(.readingCheckpoint)
    workTag = try cluster.broadcast(locks?.token, from: 0).map { "-" + $0 } ?? ""
    if isNew { try restore(from: start) }
    cluster.enter(.settingUp)
    firstStep = trainer.stepsTaken
    log = try cluster.agree(describe: describeFailure) { () -> RunLog? in
      guard isFirst else { return nil }
      if firstStep > 0, isNew {
        let wasFinished = RunSummary.read(in: options.outputDirectory) != nil
        try sinks.tell(.goesOn(afterStep: firstStep, wasFinished: wasFinished))
      }
      return try RunLog(
        directory: options.outputDirectory, config: config, shards: trainer.shards, options: options, origin: origin,
        locks: locks, goingOnFrom: firstStep)
    }
    if let log { trainer.sinks.add(log.metrics) }
    let watch = RunWatch(config, environment: options.environment, cluster: cluster, after: baggage)
    writer = CheckpointWriter(
      store, locks: locks, cluster: cluster, keep: config.checkpoint.keep, warn: sinks.warn)
    self.watch = watch
    if isNew { for warning in trainer.network.warnings + [watch.warning].compactMap({ $0 }) { sinks.warn(warning) } }
    // From here on a request to stop waits for the end of a step, and for the state to be saved. The first rank, which
    // has the line of a request before that, is the last to wait.
    if !isFirst { StopSignal.waitForSteps() }
    try cluster.agree(describe: describeFailure) {}
    if isFirst { StopSignal.waitForSteps() }
  }

  /// Trains from the step that was reached to the end, and writes the last files; after ``begin(from:locks:)``, and
  /// again after a pause; collective.
  ///
  /// - Parameter request: asked on every rank before each step; where one says yes, all pause after it.
  /// - Returns: the summary that `summary.json` holds; nil: it has paused.
  /// - Throws: as ``run(from:locks:)``.
  package func train(pausingWhen request: (() -> Bool)? = nil) throws -> RunSummary? {
    guard let writer else { preconditionFailure("a run trains before it has begun") }
    var isPaused = false
    defer { if !isPaused { locks?.release() } }
    pauseRequest = request
    // Who asks may hold this run.
    defer { pauseRequest = nil }
    do {
      switch try trainer.train(self) {
      case .stopped(let reason): try stop(reason, writer: writer, log: log)
      case .diverged(let divergence): throw divergence
      case .paused:
        isPaused = true
        return nil
      case .finished: break
      }
      try saveFinalState(isRestored: baggage == nil && trainer.stepsTaken == firstStep && firstStep > 0, with: writer)
      trainer.executor.phaseMark.set(.writingFiles, step: trainer.stepsTaken)
      let seconds = trainer.seconds
      let results = try trainer.conclude()
      let constant = try trainer.constantResults(on: results.map(\.part))
      let smearing = try trainer.smearingFactors()
      return try finish(
        log: log, results: results, constant: constant, smearing: smearing, seconds: seconds,
        checkpointSeconds: checkpointSeconds)
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

  /// Takes a run that has paused from its ranks: what is on its way to the disk arrives there, and its directory is
  /// free for the next ones; collective.
  ///
  /// - Returns: the training and what its run remembers, whole on each of the ranks.
  package func suspend() throws -> SuspendedTraining {
    guard let writer, let watch else { preconditionFailure("a run is suspended before it has begun") }
    defer { locks?.release() }
    try writer.finish()
    var suspended = try trainer.suspend()
    suspended.run = RunBaggage(
      origin: origin, checkpointSeconds: checkpointSeconds, secondsToLimit: watch.secondsToLimit, stopAt: watch.stopAt,
      secondsSinceCheckpoint: watch.secondsSinceCheckpoint)
    // They hold the log, which is read and written anew elsewhere.
    (self.writer, self.watch, log) = (nil, nil, nil)
    trainer.sinks = RunSinks([], isFirst: false)
    locks?.release()
    // Nobody asks for the locks before they are free.
    try cluster.barrier()
    return suspended
  }

  /// Seconds of training that waited for checkpoints, here and elsewhere.
  private var checkpointSeconds: Double { (baggage?.checkpointSeconds ?? 0) + (writer?.seconds ?? 0) }

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
    let control = watch.control(checkpointSeconds: writer.seconds)
    return (pauseRequest?() == true ? max(control, ControlWord.pause) : control, writer.writtenStep)
  }

  func between(_ moment: TrainingMoment) throws -> TrainingOutcome? {
    guard let writer, let watch else { return nil }
    let step = trainer.stepsTaken, outcome = moment.outcome
    if let pending = writer.pendingStep, outcome.writtenCheckpoint == Int64(pending) {
      trainer.executor.phaseMark.set(.savingCheckpoint, step: step)
      try writer.complete()
    }
    guard !moment.isLast else { return nil }
    let reason = StopReason(rawValue: outcome.control)
    let pauses = outcome.control == ControlWord.pause
    let isDue =
      outcome.control == ControlWord.saveNow
      || config.checkpoint.isDue(
        afterStep: step, endsEpoch: moment.endsEpoch, epoch: (step - 1) / trainer.stepsPerEpoch + 1)
    guard reason != nil || isDue else { return pauses ? .paused : nil }
    watch.noteCheckpoint()
    try trainer.requireFiniteWeights(step: step - 1)
    trainer.executor.phaseMark.set(.savingCheckpoint, step: step)
    try save(with: writer)
    return reason.map { .stopped($0) } ?? (pauses ? .paused : nil)
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
