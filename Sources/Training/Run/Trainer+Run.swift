internal import Collectives
internal import Datasets
internal import Metrics
internal import Networks
internal import Optimization
internal import Platform
package import Specs

extension Trainer {
  /// Trains to the end, writing the run's files on rank 0; collective.
  ///
  /// - Parameter start: what ``RunStart/decide(_:options:mode:cluster:)`` found.
  /// - Parameter locks: those of the run's directories, on the first rank; given back at the end.
  /// - Returns: the summary that `summary.json` holds.
  /// - Throws: the agreed failure with exit code 75 when the run was asked to stop; its state is saved.
  package func run(from start: RunStart = .anew, locks: RunLocks? = nil) throws -> ConfigValue {
    self.locks = locks
    defer { locks?.release() }
    let isFirst = cluster.rank == 0
    func warn(_ line: String) { if isFirst { StandardError.write(line) } }
    cluster.enter(.readingCheckpoint)
    let state = try restore(from: start, warn: warn)
    cluster.enter(.settingUp)
    let first = state.step
    let log = try cluster.agree(describe: describeFailure) { () -> RunLog? in
      guard isFirst else { return nil }
      if first > 0, !options.isQuiet {
        let isFinished = RunSummary.read(in: options.outputDirectory) != nil
        StandardOutput.write(
          "going on after step \(first)" + (isFinished ? " of a finished run, whose model is replaced at the end" : ""))
      }
      return try RunLog(
        directory: options.outputDirectory, config: config, shards: shards, options: options, origin: origin,
        locks: locks, goingOnFrom: first)
    }
    let writer = CheckpointWriter(store, locks: locks, cluster: cluster, keep: config.checkpoint.keep, warn: warn)
    let watch = RunWatch(config, environment: options.environment, cluster: cluster)
    for warning in network.warnings + [watch.warning].compactMap({ $0 }) { warn("warning: \(warning)") }
    // From here on a request to stop waits for the end of a step, and for the state to be saved. The first rank, which
    // has the line of a request before that, is the last to wait.
    if !isFirst { StopSignal.waitForSteps() }
    try cluster.agree(describe: describeFailure) {}
    if isFirst { StopSignal.waitForSteps() }
    let begin = Clock.now() - state.seconds
    if let trace = options.trace { executor.trace = trace }
    var epochMean = state.epochMean, interval = state.interval, mark = Clock.now()
    var isOver = selection.isPatienceOver
    stepsTaken = first
    for step in first..<max(first, totalSteps) where !isOver {
      let outcome: StepExecutor.Outcome
      do {
        outcome = try self.step(
          step, control: watch.control(checkpointSeconds: writer.seconds), written: writer.writtenStep)
      } catch let failure as AgreedFailure where failure.exitCode == ExitCode.notFinite.rawValue {
        // What was saved before the run diverged is good, and may still be on its way to the disk.
        try writer.finish()
        throw failure
      }
      stepsTaken = step + 1
      epochMean.add(outcome)
      interval.add(outcome)
      interval.samples += batchCount(of: step)
      let epoch = step / stepsPerEpoch
      let endsEpoch = (step + 1) % stepsPerEpoch == 0 || step + 1 == totalSteps
      if endsEpoch || (step + 1) % config.output.logEverySteps == 0 {
        let now = Clock.now()
        if let log {
          let rate = Double(interval.samples) / max(1e-9, now - mark)
          try log.training(
            step: step + 1, epoch: epoch + 1, loss: interval.value, learningRate: learningRate(at: step),
            samplesPerSecond: rate)
          log.progress.update(
            step: step + 1, of: totalSteps, epoch: epoch + 1, of: config.training.epochs, loss: interval.value,
            samplesPerSecond: rate, elapsed: now - begin)
        }
        interval = LossMean()
        mark = now
      } else if let log, step % 16 == 0 {
        log.progress.tick(step: step + 1, of: totalSteps, elapsed: Clock.now() - begin)
      }
      if endsEpoch {
        isOver = try endEpoch(epoch, step: step, mean: epochMean.value, log: log)
        epochMean = LossMean()
        mark = Clock.now()
      }
      if let pending = writer.pendingStep, outcome.writtenCheckpoint == Int64(pending) {
        executor.phaseMark.set(.savingCheckpoint, step: step + 1)
        try writer.complete()
      }
      guard step + 1 < totalSteps, !isOver else { continue }
      let reason = StopReason(rawValue: outcome.control)
      let isDue =
        outcome.control == RunWatch.saveNow
        || config.checkpoint.isDue(afterStep: step + 1, endsEpoch: endsEpoch, epoch: epoch + 1)
      guard reason != nil || isDue else { continue }
      watch.noteCheckpoint()
      try requireFiniteWeights(step: step)
      executor.phaseMark.set(.savingCheckpoint, step: step + 1)
      try save(
        self.state(step: step + 1, epochMean: epochMean, interval: interval, seconds: Clock.now() - begin), with: writer
      )
      if let reason { try stop(step: step + 1, reason, writer: writer, log: log) }
    }
    try saveFinalState(
      self.state(step: stepsTaken, epochMean: epochMean, interval: interval, seconds: Clock.now() - begin),
      isRestored: stepsTaken == first && first > 0, with: writer)
    return try close(log: log, seconds: Clock.now() - begin, checkpointSeconds: writer.seconds)
  }

  /// Saves what more epochs go on from, before the weights that are handed over take the place of the last ones.
  ///
  /// - Parameter isRestored: it comes from a checkpoint.
  private func saveFinalState(_ state: RunState, isRestored: Bool, with writer: CheckpointWriter) throws {
    try requireFiniteWeights(step: state.step)
    executor.phaseMark.set(.savingCheckpoint, step: state.step)
    if !isRestored { try save(state, with: writer) }
    try writer.finish()
  }

  /// Validation and what watches it.
  /// - Returns: whether training ends early.
  private func endEpoch(_ epoch: Int, step: Int, mean: Double, log: RunLog?) throws -> Bool {
    let result = try evaluate(.validation)
    if let log {
      if let result { try log.evaluation(result, part: .validation, step: step + 1, epoch: epoch + 1) }
      log.progress.epoch(epoch + 1, of: config.training.epochs, trainingLoss: mean, validation: result)
    }
    guard let result else { return false }
    if let schedule = config.optimizer.schedule.plateau, let plateauMetric {
      plateau.note(
        result.value(of: plateauMetric).value, higherIsBetter: plateauMetric.higherIsBetter,
        base: config.optimizer.optimizer.learningRate, schedule: schedule)
    }
    let isOver = selection.note(result, step: step + 1)
    for watch in watches where watch.isWaiting && waitingSince[watch.key] == nil {
      let value = result.value(of: watch.metric)
      waitingSince[watch.key] = value
      log?.progress.warning(
        "validation \(value.name) has no value (\(value.reason ?? "")); until it has one, \(watch.meanwhile)")
    }
    return isOver
  }

  /// Completes the checkpoint, says why the run stops, and ends it on all ranks.
  private func stop(step: Int, _ reason: StopReason, writer: CheckpointWriter, log: RunLog?) throws {
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
      log.progress.finish()
    }
    throw AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.stopped.rawValue,
      sentence: "stopped on request (\(reason.words)) after step \(step); the state is saved, the same command goes on")
  }

  /// The last evaluations and files.
  private func close(log: RunLog?, seconds: Double, checkpointSeconds: Double) throws -> ConfigValue {
    executor.phaseMark.set(.writingFiles, step: stepsTaken)
    try requireFiniteWeights(step: stepsTaken)
    try requireUpdate()
    for watch in watches {
      if let reason = neverHadValue(watch) { log?.progress.warning("\(reason); \(watch.afterwards)") }
    }
    selection.choose()
    executor.renewDerived()
    var results: [(DataPart, Evaluation.Result)] = []
    if let result = try evaluate(.validation) { results.append((.validation, result)) }
    if let result = try evaluate(.test) {
      results.append((.test, result))
      try log?.evaluation(
        result, part: .test, step: stepsTaken, epoch: (stepsTaken + stepsPerEpoch - 1) / stepsPerEpoch)
    }
    return try finish(
      log: log, model: modelFile(arena.pointer), results: results, seconds: seconds,
      checkpointSeconds: checkpointSeconds)
  }
}

/// Looks at clocks and signals between steps.
final class RunWatch {
  /// The control word for a checkpoint without an end.
  static let saveNow: Int64 = 1

  private let isFirst: Bool
  private let minutes: Double
  private let deadline: Double?
  /// Seconds since 1970.
  private let stopAt: Double?
  /// What is wrong with what the batch system says of its limit.
  let warning: String?
  private var lastCheckpoint = Clock.now()

  init(_ config: RunConfig, environment: ProcessEnvironment, cluster: any Cluster) {
    isFirst = cluster.rank == 0
    minutes = config.checkpoint.everyMinutes ?? 0
    deadline = config.training.timeLimit.map { Clock.now() + $0 }
    let batch = BatchDeadline(environment, now: Clock.date())
    stopAt = batch.stopAt
    warning = isFirst ? batch.warning : nil
  }

  func noteCheckpoint() { lastCheckpoint = Clock.now() }

  /// What this rank wants all ranks to know. The first rank watches the time.
  /// - Parameter checkpointSeconds: what checkpoints have cost so far.
  func control(checkpointSeconds: Double) -> Int64 {
    var control = StopReason.ofSignal?.rawValue ?? 0
    guard isFirst else { return control }
    let now = Clock.now()
    if let deadline, now >= deadline { control = max(control, StopReason.timeLimit.rawValue) }
    if let stopAt, Clock.date() > stopAt { control = max(control, StopReason.timeLimit.rawValue) }
    if minutes > 0, now - lastCheckpoint > minutes * 60 { control = max(control, Self.saveNow) }
    return control
  }
}
