internal import Collectives
internal import Foundation
internal import Platform
internal import Specs
internal import Training

/// How this run was started: ranks, cores, threads.
struct Launch {
  let threads: Int
  let mask: [Int]
  /// Cores of this node for each of its ranks that no worker uses.
  let spareCores: Int
  private let size: Int
  private let nodes: Int
  private let host: String
  /// What the ranks compute with.
  private let instructions: String
  private let warnings: [String]

  /// Settles threads, and how products are cut; collective.
  ///
  /// - Throws: when a launcher started several processes that do not know each other.
  init(_ cluster: any Cluster, _ environment: ProcessEnvironment, threads: Int?, config: RunConfig) throws {
    try Launcher(environment).refuseStrangers(size: cluster.size)
    mask = Affinity.cores()
    let masks = try ThreadCount.masksOfNode(cluster, mask: mask)
    self.threads = ThreadCount.resolve(
      commandLine: threads, config: config.parallel.threads, environment: environment, mask: mask, masksOfNode: masks)
    spareCores = max(0, Set(masks.flatMap { $0 }).count - masks.count * self.threads) / max(1, masks.count)
    size = cluster.size
    nodes = cluster.place.nodeCount
    host = cluster.place.host
    try Self.requireThreads(self.threads, cluster)
    instructions = try InstructionLevels.settle(cluster)
    var warnings: [String] = []
    let cores = Set(masks.flatMap { $0 }).count
    if self.threads > mask.count {
      warnings.append(
        "rank 0 is bound to \(mask.count) of \(Affinity.onlineCount) cores but computes with \(self.threads) threads; "
          + "start it with mpirun --bind-to none or --map-by slot:PE=\(self.threads)")
    } else if cores < Affinity.onlineCount, size > 1 || environment.isUnderMPIRun {
      warnings.append(
        "the ranks of \(host) are bound to \(cores) of \(Affinity.onlineCount) cores, the others idle; to use them start more "
          + "ranks, or mpirun --bind-to none")
    }
    if masks.count * self.threads > Affinity.onlineCount {
      warnings.append(
        "\(masks.count) ranks × \(self.threads) threads share \(Affinity.onlineCount) cores of \(host); start fewer ranks or "
          + "give --threads to run faster")
    }
    if let shards = config.parallel.shards, size > shards {
      warnings.append(
        "\(size - shards) of \(size) ranks have no shard and idle; set parallel.shards to \(size) or more")
    }
    self.warnings = warnings
  }

  /// Prints the start-up line and what is wrong with the launch.
  func announce(_ config: RunConfig) {
    let nodeText = nodes == 1 ? host : "\(nodes) nodes"
    StandardOutput.write(
      "ptrain \(PTrain.version): \(size.counted("rank")) × \(threads) "
        + "thread\(threads == 1 ? "" : "s") on \(nodeText), \(instructions)")
    for warning in warnings { StandardOutput.write("warning: \(warning)") }
  }

  /// Threads for a command that trains nothing, by the same rules; collective.
  static func threads(
    _ cluster: any Cluster, _ environment: ProcessEnvironment, commandLine: Int?
  ) throws -> Int {
    let mask = Affinity.cores()
    try Launcher(environment).refuseStrangers(size: cluster.size)
    let threads = ThreadCount.resolve(
      commandLine: commandLine, config: .auto, environment: environment, mask: mask,
      masksOfNode: try ThreadCount.masksOfNode(cluster, mask: mask))
    try requireThreads(threads, cluster)
    _ = try InstructionLevels.settle(cluster)
    return threads
  }

  /// Refuses threads that cannot be started; collective.
  private static func requireThreads(_ wanted: Int, _ cluster: any Cluster) throws {
    try cluster.agree(describe: describeFailure) {
      // The workers, one that moves messages, and one that writes checkpoints.
      guard let problem = ProcessGuard.problem(startingThreads: wanted + 1) else { return }
      throw RunError(
        .config,
        "\(wanted.counted("thread")) cannot be started (\(problem)); give --threads a smaller number, or raise the limits on processes and "
          + "memory (ulimit -u, ulimit -v, the container's pids)")
    }
  }
}
