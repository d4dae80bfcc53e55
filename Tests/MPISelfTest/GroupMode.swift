import Collectives
import CollectivesMPI
import Glibc
import MPI
import Platform

/// What groups of ranks cost, and how they end, on four ranks that play to be on two nodes.
///
/// `groups COUNT`: so many splits and closes, with work in each, after which nothing is left. `groups busy`: ranks that
/// work in groups for longer than the watchdog's limit, while others wait for them in the whole. `groups HOW`: the last
/// rank falls silent in a group of a group (`silent`), is killed there (`killed`), fails there alone (`alone`), or with
/// its group and without a word to the others (`together`).
struct GroupMode {
  /// The watchdog's limit, where it matters.
  private static let limit = 2.0
  /// Of each rank, in turn; at 0 groups of groups as well.
  private static let colors: [[Int?]] = [[0, 1, 0, 1], [2, 2, 3, 3], [nil, 4, 4, 4], [5, 6, 7, 8], [9, 9, 9, 9]]
  private let how: String

  init(_ arguments: [String]) throws {
    guard let how = arguments.first else { throw SelfTestFailure(sentence: "groups takes COUNT or HOW") }
    self.how = how
  }

  func run(_ cluster: MPICluster) throws {
    guard cluster.size == 4 else { throw SelfTestFailure(sentence: "groups runs on 4 ranks, not \(cluster.size)") }
    if let count = Int(how) {
      try cluster.startWatchdog(seconds: 60)
      return try churn(cluster, count: count)
    }
    try cluster.startWatchdog(seconds: Self.limit)
    if how == "busy" { return try work(cluster) }
    guard let group = try cluster.split(color: cluster.rank / 2), let inner = try group.split(color: 1) else { return }
    try exchange(inner, seconds: 0.2)
    if cluster.rank == 3 {
      switch how {
      case "silent": sleep(60)
      case "killed": kill(getpid(), SIGKILL)
      case "alone": throw SelfTestFailure(sentence: "rank \(cluster.rank) failed alone in a group")
      default: break
      }
    }
    if how == "together", cluster.rank >= 2 {
      try inner.agree(describe: { _ in (66, "") }) { throw SelfTestFailure(sentence: "") }
    }
    // The first two ranks wait in the whole, the third one in its group.
    try inner.close()
    try group.close()
    try cluster.barrier()
    throw SelfTestFailure(sentence: "rank \(cluster.rank) went on alone")
  }

  /// Steps in a group for some seconds, by this rank's clock and to the same number on all.
  private func exchange(_ group: any Cluster, seconds: Double) throws {
    let exchange = try group.makeExchange(
      algorithm: "auto", plan: ReductionPlan(shards: 4, ranks: group.size), count: 1000, trailer: 8)
    let end = Clock.now() + seconds
    for step in 0... {
      group.phaseMark.set(.computing, step: step)
      usleep(1000)
      exchange.trailer(of: group.rank).storeBytes(of: Clock.now() < end ? 0 : 1, as: Int.self)
      try exchange.allReduce(shardsInUse: 4)
      if (0..<group.size).contains(where: { exchange.trailer(of: $0).load(as: Int.self) == 1 }) { return }
    }
  }

  /// The first node's ranks have nothing to do and wait, in a group and in the whole, for those of the second, which
  /// take steps, together and then each by itself.
  private func work(_ cluster: MPICluster) throws {
    let group = try cluster.split(color: cluster.rank == 0 ? nil : cluster.rank == 1 ? 1 : 2)
    if cluster.rank >= 2, let group {
      try exchange(group, seconds: 2 * Self.limit)
      if let inner = try group.split(color: cluster.rank) {
        try exchange(inner, seconds: cluster.rank == 2 ? 0.1 : 2 * Self.limit)
        try inner.close()
      }
    }
    try group?.close()
    try cluster.barrier()
    if cluster.rank == 0 { print("nobody was taken for silent") }
  }

  /// Splits, works and closes, and then sees what is left.
  private func churn(_ cluster: MPICluster, count: Int) throws {
    let begin = Clock.now()
    var before = Remains.now(), warm = begin
    for index in 0..<count {
      // The first tenth is to warm up: what Open MPI and the C library keep in store.
      if index == count / 10 { (before, warm) = (try .now(cluster), Clock.now()) }
      let colors = Self.colors[index % Self.colors.count]
      guard let group = try cluster.split(color: colors[cluster.rank]) else { continue }
      let inner = try index % 20 == 0 ? group.split(color: group.rank % 2) : nil
      for cluster in inner.map({ [group, $0] }) ?? [group] {
        let sum = try cluster.gather(index + cluster.rank).reduce(0, +)
        let memory = try cluster.sharedMemory(byteCount: cluster.place.rankOnNode == 0 ? 4096 : nil)
        memory[cluster.place.rankOnNode] = 1
        let exchange = try cluster.makeExchange(
          algorithm: "auto", plan: ReductionPlan(shards: 4, ranks: cluster.size), count: 1000, trailer: 8)
        try exchange.allReduce(shardsInUse: 0)
        guard sum == cluster.size * index + cluster.size * (cluster.size - 1) / 2, exchange.sum[999] == 0 else {
          throw SelfTestFailure(sentence: "split \(index) did not work")
        }
      }
      try inner?.close()
      try group.close()
    }
    try cluster.barrier()
    let seconds = Clock.now() - warm, after = try Remains.now(cluster, since: before)
    let all = try cluster.gather([before, after].map(\.words))
    if cluster.rank == 0 {
      for (rank, words) in all.enumerated() { print("rank \(rank): \(words[0]) before, \(words[1]) after") }
      print("\(count) splits and closes, \(Int(seconds / Double(count - count / 10) * 1e6)) µs each")
    }
    let excess = try cluster.gather(after.excess(over: before))
    guard excess.allSatisfy(\.isEmpty) else { throw SelfTestFailure(sentence: excess.joined(separator: " ")) }
    if cluster.rank == 0 { print("nothing is left") }
  }
}
