internal import Collectives
internal import Platform
internal import Specs
internal import Training

extension StageRunner {
  /// A group of ranks for each training; collective.
  ///
  /// - Returns: what this rank's group has done, told by its first rank, and how long this rank has waited for others
  /// at a time of the clock.
  func together(
    _ set: any TrialSet, _ tasks: [StageTask], _ phase: StagePhase
  ) throws -> ([SegmentReport], idle: (Double) -> Double) {
    let begin = Clock.now(), own = phase.groups[cluster.rank]
    let group = try cluster.split(color: own)
    var rule = SegmentWatch.Rule()
    if let own, phase.growing.contains(own) { rule.joinsAt = 1 }
    (rule.least, rule.deadline) = (phase.least, begin + phase.longest)
    rule.limit = phase.limits[cluster.rank]
    let outcome = try tasks.first { $0.index == own }.map {
      task -> (StageTask, Result<SegmentReport, SharedFailure>) in
      let segment = TrialSegment(
        set: set, task: task, states: states, board: board, judged: judged, threads: phase.threads, rule: rule,
        isStopped: { [self] in
          tell()
          return isStopped()
        })
      return (task, try (group ?? cluster).result { try segment.run(on: group ?? cluster) })
    }
    let isFirst = (group ?? cluster).rank == 0
    if isFirst, case .success(let report)? = outcome?.1, !report.line.isEmpty { board.noteEnd() }
    // The others need not go on.
    if case .failure? = outcome?.1 { board.raiseStop() }
    let end = own == nil ? begin : Clock.now()
    try group?.close()
    return try cluster.agree(describe: describeFailure) {
      switch outcome {
      case (_, .success(let report))?:
        guard isFirst else { return ([], { $0 - end }) }
        if let line = TrialLine(report.line) { try log.append(key: line.key, result: line.result) }
        return ([report], { $0 - end })
      case (let task, .failure(let failure))?:
        throw RunError(
          ExitCode(rawValue: failure.exitCode) ?? .internalError, "\(set.words(of: task.index)): \(failure.sentence)")
      case nil: return ([], { $0 - end })
      }
    }
  }
}
