package import Collectives

/// How many threads each rank computes with.
package enum ThreadCount {
  /// The first that is given: the command line, the config, the scheduler's cores per task; else the cores of the rank's mask,
  /// shared out among the ranks of the node that may run on them.
  package static func resolve(
    commandLine: Int?, config: ParallelSection.Threads, environment: [String: String], mask: [Int], masksOfNode: [[Int]]
  ) -> Int {
    if let commandLine { return commandLine }
    if case .count(let count) = config { return count }
    if let text = environment["SLURM_CPUS_PER_TASK"], let count = Int(text), count > 0 { return count }
    let sharing = masksOfNode.filter { !Set($0).isDisjoint(with: mask) }.count
    return max(1, mask.count / max(1, sharing))
  }

  /// The masks of all ranks of this rank's node; collective.
  package static func masksOfNode(_ cluster: any Cluster, mask: [Int]) throws -> [[Int]] {
    let text = "\(cluster.place.node):" + mask.map(String.init).joined(separator: ",")
    return try cluster.gather(Array(text.utf8)).compactMap { bytes in
      let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", omittingEmptySubsequences: false)
      guard parts.first == "\(cluster.place.node)" else { return nil }
      return parts.dropFirst().first?.split(separator: ",").compactMap { Int($0) } ?? []
    }
  }
}
