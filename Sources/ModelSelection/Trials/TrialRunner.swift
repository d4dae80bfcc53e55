package import Collectives
internal import Specs
package import Training

/// Spreads trainings over the ranks of a cluster.
///
/// Where there are at least as many trainings as ranks, each worker of each rank trains one at a time by itself,
/// without a word to others, and takes the next number of its node's board when it is done: no rank waits before the
/// last trainings. The nodes have a fixed share each. Where there are fewer, ranks come together in groups, one for
/// each training. A training's bits are those of its config and rows alone, so that results do not depend on any of
/// that.
package final class TrialRunner {
  let cluster: any Cluster
  /// Workers of a rank.
  let threads: Int
  let board: TrialBoard
  let log: TrialLog?
  /// Told on the first rank how many trainings of how many are over, now and then.
  private let report: (_ done: Double, _ count: Int) -> Void

  /// How the trainings ended.
  package enum Outcome {
    case finished
    /// Requested; trainings that were over are in the log.
    case stopped(StopReason)
  }

  /// Collective.
  ///
  /// - Parameter log: takes down what this rank has trained; nil: nothing is kept.
  package init(
    _ cluster: any Cluster, threads: Int, log: TrialLog?, report: @escaping (_ done: Double, _ count: Int) -> Void
  ) throws {
    (self.cluster, self.threads, self.log, self.report) = (cluster, max(1, threads), log, report)
    board = try TrialBoard(cluster)
  }

  /// Makes some trainings of a set; collective.
  ///
  /// - Parameters:
  ///   - pending: their numbers, the same on all ranks, neighbours on the same rows where that can be.
  ///   - results: gets what they gave, by key, on all ranks.
  /// - Throws: the agreed failure of what ends all trainings.
  package func run(
    _ set: any TrialSet, _ pending: [Int], into results: inout [String: TrialResult]
  ) throws -> Outcome {
    guard !pending.isEmpty else { return .finished }
    try board.reset(cluster)
    let isCrowded = pending.count < cluster.size
    let own = try isCrowded ? together(set, pending) : alone(set, pending)
    let lines = own.map { TrialLine(identity: "", key: $0.key, result: $0.result).text }
    // What has travelled is what a log would hold.
    for line in try cluster.gather(lines).joined() {
      guard let line = TrialLine(line) else {
        throw RunError(.internalError, "the result of a training cannot be read by the rank that it was sent to")
      }
      results[line.key] = line.result
    }
    let reasons = try cluster.gather(Int(StopReason.ofSignal?.rawValue ?? 0))
    let reason = reasons.max().flatMap { StopReason(rawValue: Int64($0)) }
    guard let reason, pending.contains(where: { results[set.key(of: $0)] == nil }) else { return .finished }
    return .stopped(reason)
  }

  func tell(_ done: Double, of count: Int) { if cluster.rank == 0 { report(done, count) } }

  /// Why to stop, as far as this process knows.
  func stopReason() -> StopReason? {
    if let reason = StopReason.ofSignal {
      board.raiseStop()
      return reason
    }
    return board.isStopped ? .termination : nil
  }
}
