package import Collectives
package import Platform

/// How many threads each rank computes with.
package enum ThreadCount {
  /// The first that is given: the command line, the config, the scheduler's cores per task; else the cores of the
  /// rank's mask, shared out among the ranks of the node that may run on them.
  package static func resolve(
    commandLine: Int?, config: ParallelSection.Threads, environment: ProcessEnvironment, mask: [Int],
    masksOfNode: [[Int]]
  ) -> Int {
    if let commandLine { return commandLine }
    if case .count(let count) = config { return count }
    if let count = environment.number("SLURM_CPUS_PER_TASK"), count > 0 { return count }
    let sharing = masksOfNode.filter { !Set($0).isDisjoint(with: mask) }.count
    return max(1, mask.count / max(1, sharing))
  }

  /// The masks of all ranks of this rank's node; collective.
  package static func masksOfNode(_ cluster: any Cluster, mask: [Int]) throws -> [[Int]] {
    try cluster.gather(cluster.place.node, mask).filter { node, _ in node == cluster.place.node }.map { $1 }
  }
}
