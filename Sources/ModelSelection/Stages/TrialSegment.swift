internal import Collectives
internal import Datasets
internal import Metrics
internal import Platform
internal import Specs
internal import Training

/// A training from where it was left to its place, or to a pause.
struct TrialSegment {
  let set: any TrialSet
  let task: StageTask
  /// Where trainings that have paused are kept; nil: nowhere.
  let states: TrialStates?
  let board: StageBoard
  /// The part whose rows judge.
  let judged: DataPart
  let threads: Int
  let rule: SegmentWatch.Rule
  let isStopped: () -> Bool

  private var key: String { self.set.key(of: task.index) }

  /// Trains; collective over the cluster, which may be one rank.
  func run(on cluster: any Cluster) throws -> SegmentReport {
    let begin = Clock.now(), plan = try set.plan(task.index), target = target(plan)
    let trainer = try makeTrainer(plan, target, cluster)
    do { return try run(trainer, to: target, since: begin, cluster) } catch {
      // Where all ranks have failed together all come here.
      if error is AgreedFailure || cluster.size == 1 { try trainer.close() }
      throw error
    }
  }

  /// Steps from the start to the place.
  private func target(_ plan: TrialPlan) -> Int {
    let rows = max(1, plan.data.description.count(of: .train)), batch = min(plan.config.training.globalBatchSize, rows)
    switch task.budget {
    case .steps(let count): return count
    case .epochs(let count): return count.multipliedReportingOverflow(by: (rows + batch - 1) / batch).partialValue
    }
  }

  /// From the furthest place that a rank of each node finds in a file.
  private func makeTrainer(_ plan: TrialPlan, _ target: Int, _ cluster: any Cluster) throws -> Trainer {
    var options = TrainerOptions(threads: threads)
    options.shards = plan.shards
    var own = cluster.place.rankOnNode == 0 ? states?.load(key, cluster.showProgress) : nil
    // What is further than the place cannot be judged there.
    if let found = own,
      found.stepsTaken > target || found.fingerprint != plan.data.fingerprint || found.shards != plan.shards
        || found.config.compactText != plan.config.resolved.compactText
    {
      own = nil
    }
    let steps = try cluster.gather(own?.stepsTaken ?? -1), furthest = steps.max() ?? -1
    guard furthest >= 0 else { return try Trainer(plan.config, data: plan.data, options: options, cluster: cluster) }
    if own?.stepsTaken != furthest { own = nil }
    let found = try SuspendedTraining.travel(own, through: cluster)
    return try Trainer(resuming: found, config: plan.config, data: plan.data, options: options, cluster: cluster)
  }

  private func run(
    _ trainer: Trainer, to target: Int, since begin: Double, _ cluster: any Cluster
  ) throws -> SegmentReport {
    let before = trainer.stepsTaken
    let watch = SegmentWatch(
      target: target, steps: before, board: board, rule: rule, isTicking: cluster.rank == 0, isStopped: isStopped,
      progress: cluster.showProgress)
    let start = Clock.now()
    // What was judged here before, and is not in the log.
    let isThere = before >= min(target, trainer.totalSteps)
    let outcome =
      try isThere && before < trainer.totalSteps
      ? .paused : trainer.train(pausingWhen: { watch.pauses(after: trainer.stepsTaken) })
    let end = Clock.now(), steps = trainer.stepsTaken
    var report = SegmentReport(
      index: task.index, steps: steps, made: steps - before, seconds: end - start, workers: threads * cluster.size,
      overhead: 0, isTooLarge: watch.isTooLarge)
    if let result = try judge(trainer, outcome, target: target) {
      report.line = TrialLine(identity: "", key: set.key(of: task), result: result).text
      watch.note(target)
    }
    try leave(trainer, outcome, isJudged: !report.line.isEmpty, cluster)
    report.overhead = start - begin + Clock.now() - end
    return report
  }

  /// What it gave, where it has come to its place or to its end; nil: it has paused before.
  private func judge(_ trainer: Trainer, _ outcome: TrainingOutcome, target: Int) throws -> TrialResult? {
    func diverged(_ divergence: Divergence) -> TrialResult {
      TrialResult(weightsHash: nil, steps: divergence.step, metrics: .object([]))
    }
    do {
      switch outcome {
      case .diverged(let divergence): return diverged(divergence)
      case .finished:
        let results = try trainer.conclude(testing: judged == .test)
        return result(trainer, results.first { $0.part == judged }?.result)
      case .paused where trainer.stepsTaken >= target: return result(trainer, try trainer.evaluate(judged))
      case .paused, .stopped: return nil
      }
    } catch let divergence as Divergence { return diverged(divergence) }
  }

  private func result(_ trainer: Trainer, _ found: Evaluation.Result?) -> TrialResult {
    TrialResult(weightsHash: trainer.weightsHash, steps: trainer.stepsTaken, metrics: TrialTraining.numbers(found))
  }

  /// Keeps what goes on later, and gives back what the trainer has taken.
  private func leave(
    _ trainer: Trainer, _ outcome: TrainingOutcome, isJudged: Bool, _ cluster: any Cluster
  ) throws {
    guard case .paused = outcome, !isJudged || !task.isLast, let states else {
      return try trainer.close()
    }
    let suspended = try trainer.suspend()
    guard cluster.rank == 0 else { return }
    try states.save(suspended, key, cluster.showProgress)
  }
}
