import Collectives
import CollectivesMPI
import Glibc
import MPI
import Platform
import Training

private struct Broken: Error {}

extension Checks {
  /// Groups of ranks, and groups of these: each passes the cases of a cluster.
  ///
  /// - Parameter world: nodes of two ranks each are played on it.
  mutating func runGroupCases(_ world: Communicator) throws {
    let own = try world.duplicate()
    let cluster = try MPICluster(own, messageLimit: 4096, ranksPerNode: 2)
    let (rank, size) = (cluster.rank, cluster.size)
    // Halves across nodes; along them; one rank each; all but the first.
    let splits: [[Int?]] = [
      (0..<size).map { $0 % 2 }, (0..<size).map { $0 / 2 }, (0..<size).map { -$0 },
      (0..<size).map { $0 == 0 ? nil : 1 },
    ]
    for (index, colors) in splits.enumerated() {
      let members = (0..<size).filter { colors[$0] == colors[rank] }
      guard let group = try cluster.split(color: colors[rank]) else { continue }
      run("the ranks of a group") { difference(try group.gather(rank), members) }
      runClusterCases(group)
      if index == 0 {
        runAllReduceCases(group, longest: 1009)
        runDeeperCases(group)
      }
      try group.close()
    }
    runAgreement(cluster)
    runRequest(cluster)
    runClusterCases(cluster)
    try cluster.close()
    try own.free()
  }

  /// A group that is split in its turn, twice at the same time; its groups are closed in another order than they were
  /// made.
  private mutating func runDeeperCases(_ group: any Cluster) {
    run("groups of a group") {
      let first = try group.split(color: group.rank / 2), second = try group.split(color: group.rank == 1 ? nil : 7)
      let pair = try first?.gather(group.rank), others = try second?.gather(group.rank)
      try first?.close()
      try second?.close()
      let all = Array(0..<group.size)
      return difference(pair, all.filter { $0 / 2 == group.rank / 2 })
        ?? difference(others, group.rank == 1 ? nil : all.filter { $0 != 1 })
    }
  }

  /// An error that one group agrees on, the other one does not hear of.
  private mutating func runAgreement(_ cluster: MPICluster) {
    run("agreement in one group alone") {
      guard let group = try cluster.split(color: cluster.rank % 2) else { return "no group" }
      var failure: AgreedFailure?
      do {
        try group.agree(describe: { _ in (66, "no file") }) {
          if cluster.rank % 2 == 1, group.rank == group.size - 1 { throw Broken() }
        }
      } catch let error as AgreedFailure { failure = error }
      let expected = AgreedFailure(
        rank: group.size - 1, failedRanks: [group.size - 1], size: group.size, exitCode: 66, sentence: "no file")
      let sizes = try group.gather(group.size)
      try group.close()
      return difference(failure, cluster.rank % 2 == 1 ? expected : nil)
        ?? difference(sizes.count, (cluster.size + 1 - cluster.rank % 2) / 2)
    }
  }

  /// A request to stop that came to one rank of each group; from here on this process remembers SIGTERM.
  private mutating func runRequest(_ cluster: MPICluster) {
    run("a request to stop reaches a group") {
      guard let group = try cluster.split(color: cluster.rank % 2) else { return "no group" }
      let exchange = try group.makeExchange(
        algorithm: "auto", plan: ReductionPlan(shards: 4, ranks: group.size), count: 16, trailer: 8)
      StopSignal.listen()
      if group.rank == group.size - 1 { raise(SIGTERM) }
      exchange.trailer(of: group.rank).storeBytes(of: StopReason.ofSignal?.rawValue ?? 0, as: Int64.self)
      try exchange.allReduce(shardsInUse: 0)
      let words = (0..<group.size).map { exchange.trailer(of: $0).load(as: Int64.self) }
      try group.close()
      return difference(words.map { StopReason(rawValue: $0) }.last, .termination)
    }
  }
}
