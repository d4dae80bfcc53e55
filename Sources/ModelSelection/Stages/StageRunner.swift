package import Collectives
package import Datasets
internal import Platform
internal import Specs
internal import Training

/// Makes trainings in stages: all of them come to their place before any goes on from there.
///
/// Where a rank finds nothing more to begin, trainings that are still under way pause between two steps, are handed
/// to larger groups in which that rank has its share, and go on: no rank waits while another one trains for long. A
/// training's bits are those of its config and rows alone, so that results do not depend on any of that. Between its
/// places a training is kept in a file (``TrialStates``).
package final class StageRunner {
  let cluster: any Cluster
  let judged: DataPart
  let board: StageBoard
  let log: TrialLog
  let states: TrialStates
  private var planner: StagePlanner
  private let report: (_ share: Double) -> Void
  /// Whether all nodes see the same files.
  private let isShared: Bool
  /// Trainings of the stage.
  private(set) var count = 0
  /// Seconds of this rank in which it waited for others, and all.
  private var waited = 0.0
  private var elapsed = 0.0
  /// Times that all ranks came together.
  package private(set) var phases = 0
  /// Trainings that went on in another group.
  package private(set) var joins = 0

  /// Collective.
  ///
  /// - Parameters:
  ///   - directory: where states are kept.
  ///   - identity: of what the trainings belong to.
  ///   - judged: the part whose rows judge.
  ///   - log: takes down what this rank has trained.
  ///   - least: seconds of training that are worth a change of groups; 0: any are.
  ///   - report: told on the first rank which share of a stage is done, now and then.
  package init(
    _ cluster: any Cluster, threads: Int, in directory: String, identity: String, judged: DataPart, log: TrialLog,
    least: Double = 0.05, report: @escaping (_ share: Double) -> Void = { _ in }
  ) throws {
    (self.cluster, self.judged, self.log, self.report) = (cluster, judged, log, report)
    let states = TrialStates(in: directory, identity: identity)
    self.states = states
    try cluster.agree(describe: describeFailure) { try states.make() }
    isShared = try states.isShared(cluster)
    board = try StageBoard(cluster)
    planner = StagePlanner(ranks: cluster.size, threads: max(1, threads), nodes: cluster.place.nodeCount)
    planner.least = least
  }

  /// Brings trainings to their places; collective.
  ///
  /// - Parameter results: gets what they gave, by key, on all ranks.
  /// - Throws: the agreed failure of what ends all trainings.
  package func run(
    _ set: any TrialSet, _ tasks: [StageTask], into results: inout [String: TrialResult]
  ) throws -> TrialRunner.Outcome {
    let begin = Clock.now()
    defer { elapsed += Clock.now() - begin }
    var left = tasks, isStage = true
    count = tasks.count
    while !left.isEmpty {
      if isStage || !isShared { try survey(set, left) }
      let phase = try cluster.broadcast(planner.phase(left), from: 0)
      try board.reset(cluster, isStage: isStage)
      isStage = false
      phases += 1
      let (own, idle) = try phase.groups.isEmpty ? queue(set, left, phase) : together(set, left, phase)
      let all = try cluster.gather(own, Int(StopReason.ofSignal?.rawValue ?? 0))
      waited += idle(Clock.now())
      for report in all.flatMap(\.0) { try take(report, set, tasks, &results) }
      left.removeAll { results[set.key(of: $0)] != nil }
      let reason = all.map(\.1).max().flatMap { StopReason(rawValue: Int64($0)) }
      if let reason, !left.isEmpty { return .stopped(reason) }
    }
    return .finished
  }

  private func take(
    _ report: SegmentReport, _ set: any TrialSet, _ tasks: [StageTask], _ results: inout [String: TrialResult]
  ) throws {
    guard let task = tasks.first(where: { $0.index == report.index }) else { return }
    planner.known[report.index, default: .init()].steps = report.steps
    if report.made > 0 {
      planner.known[report.index]?.note(
        report.seconds / Double(report.made), workers: report.workers, cost: task.cost, isTooLarge: report.isTooLarge)
    }
    planner.overhead = max(planner.overhead, report.overhead)
    if report.line.isEmpty { joins += 1 }
    guard !report.line.isEmpty else { return }
    // What has travelled is what a log would hold.
    guard let line = TrialLine(report.line) else {
      throw RunError(.internalError, "the result of a training cannot be read by the rank that it was sent to")
    }
    results[line.key] = line.result
  }

  /// Finds out how far trainings are that an earlier process, or another node, has begun; collective.
  private func survey(_ set: any TrialSet, _ tasks: [StageTask]) throws {
    let own = cluster.place.rankOnNode == 0 ? tasks.map { states.steps(set.key(of: $0.index)) ?? -1 } : []
    let all = try cluster.gather(own).filter { !$0.isEmpty }
    for (place, task) in tasks.enumerated() {
      let steps = all.map { $0[place] }, furthest = steps.max() ?? -1
      guard furthest >= 0 else { continue }
      planner.known[task.index, default: .init()].steps = furthest
      guard steps.contains(where: { $0 != furthest }) else { continue }
      try spread(set.key(of: task.index), steps: furthest)
    }
  }

  /// Takes a training to all nodes where they have directories of their own; collective.
  private func spread(_ key: String, steps: Int) throws {
    var own = cluster.place.rankOnNode == 0 ? states.load(key) : nil
    if own?.stepsTaken != steps { own = nil }
    let isThere = own != nil
    // Damaged, it is made from its start.
    guard try cluster.gather(isThere).contains(true) else { return }
    let found = try SuspendedTraining.travel(own, through: cluster)
    try cluster.agree(describe: describeFailure) {
      if cluster.place.rankOnNode == 0, !isThere { try states.save(found, key) }
    }
  }

  /// Forgets trainings that do not go on; collective.
  package func drop(_ keys: [String]) throws {
    if cluster.place.rankOnNode == 0 { for key in keys { states.remove(key) } }
  }

  /// Forgets all that is not over; collective.
  package func removeStates() throws {
    try cluster.barrier()
    if cluster.place.rankOnNode == 0 { states.removeAll() }
  }

  /// The share of their time that ranks have waited for others; collective.
  package func waitedShare() throws -> Double {
    let all = try cluster.gather(waited, elapsed)
    let whole = all.reduce(0) { $0 + $1.1 }
    return whole > 0 ? all.reduce(0) { $0 + $1.0 } / whole : 0
  }

  /// Nodes are about equally far.
  func tell() {
    guard cluster.rank == 0 else { return }
    let whole = Double(StageBoard.ticks * max(1, count))
    report(min(1, Double(board.ticked * cluster.place.nodeCount) / whole))
  }

  /// Whether to pause, as far as this process knows.
  func isStopped() -> Bool {
    if StopReason.ofSignal != nil { board.raiseStop() }
    return board.isStopped
  }
}
