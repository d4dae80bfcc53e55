import Collectives
import Testing

/// Groups of ranks are clusters like any other.
@Suite struct GroupTests {
  private struct Broken: Error {}

  /// Numbers that are the same in every run, on every rank.
  private struct Dice {
    var state: UInt64

    mutating func roll(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    /// A color of each rank, none for one in four.
    mutating func colors(_ count: Int) -> [Int?] { (0..<count).map { _ in [nil, -7, 0, 1 << 40][roll(4)] } }
  }

  private static let kinds = AllReduceRegistry.standard.all.filter { $0.isInvariant }.map { $0.kind }

  @Test("colors, ranks and nodes")
  func layout() {
    let nodes = [[0, 3], [1, 2, 4]]
    let colors = [nil, 5, -1, 5, 5]
    let layout = GroupLayout(of: 3, colors: colors, nodes: nodes)
    // Of the first node rank 3 alone is left, which comes after rank 1 of the second.
    #expect(
      layout?.members == [1, 3, 4] && layout?.rank == 1 && layout?.nodes == [[0, 2], [1]] && layout?.number == 0)
    #expect(GroupLayout(of: 2, colors: colors, nodes: nodes)?.number == 1)
    #expect(GroupLayout(of: 0, colors: colors, nodes: nodes) == nil)
    #expect(
      Place(host: "h", rank: 1, nodes: [[0, 2], [1]])
        == Place(host: "h", rankOnNode: 0, ranksOnNode: 1, node: 1, nodeCount: 2))
  }

  /// What is wrong with a group of these ranks of the whole on nodes of so many, or with what it adds up.
  private static func problem(_ group: any Cluster, members: [Int], own: Int, perNode: Int) throws -> String? {
    let size = members.count
    guard group.size == size, members[group.rank] == own else { return "rank \(group.rank) of \(group.size)" }
    let node = own / perNode, nodes = members.map { $0 / perNode }
    let place = Place(
      host: "localhost", rankOnNode: nodes[..<group.rank].count { $0 == node },
      ranksOnNode: nodes.count { $0 == node }, node: Set(nodes.filter { $0 < node }).count, nodeCount: Set(nodes).count)
    guard group.place == place else { return "\(group.place) instead of \(place)" }
    guard try group.gather(own) == members else { return "gathers others' values" }
    guard try group.broadcast(own, from: size - 1) == members[size - 1] else { return "hears others' values" }
    let memory = try group.sharedMemory(byteCount: place.rankOnNode == 0 ? place.ranksOnNode : nil)
    memory[place.rankOnNode] = 1
    try group.nodeBarrier()
    guard memory.allSatisfy({ $0 == 1 }) else { return "shares memory with others" }
    let plan = ReductionPlan(shards: 5, ranks: size), count = 100
    let expected = Reference.bits(Reference.sum(0..<5, inUse: 4, count: count) ?? [])
    for kind in kinds {
      let exchange = try group.makeExchange(algorithm: kind, plan: plan, count: count, trailer: 8)
      for step in 0..<2 {
        AllReduceTests.fill(exchange, plan: plan, rank: group.rank, inUse: 4)
        exchange.trailer(of: group.rank).storeBytes(of: 100 * step + own, as: Int.self)
        try exchange.allReduce(shardsInUse: 4)
        let words = (0..<size).map { exchange.trailer(of: $0).load(as: Int.self) }
        guard Reference.bits(AllReduceTests.sum(exchange)) == expected else { return "\(kind) has other bits" }
        guard words == members.map({ 100 * step + $0 }) else { return "\(kind) carries control words \(words)" }
      }
    }
    return nil
  }

  @Test("random groups and groups of groups: each is a cluster of its size, with its bits", arguments: 1...7)
  func random(size: Int) throws {
    var dice = Dice(state: UInt64(size))
    for _ in 0..<12 {
      let perNode = 1 + dice.roll(4), seed = dice.state
      let colors = dice.colors(size)
      let problems = try InProcessCluster.run(size: size, ranksPerNode: perNode) { cluster in
        var found: String?
        if let group = try cluster.split(color: colors[cluster.rank]) {
          let members = colors.indices.filter { colors[$0] == colors[cluster.rank] }
          found = try Self.problem(group, members: members, own: cluster.rank, perNode: perNode)
          var dice = Dice(state: seed &+ UInt64(members[0]))
          // Two levels down, several at a time, closed in another order than they were made in.
          var inner: [any Cluster] = []
          for _ in 0..<3 {
            let colors = dice.colors(group.size)
            guard let deeper = try group.split(color: colors[group.rank]) else { continue }
            inner.append(deeper)
            let deep = members.indices.filter { colors[$0] == colors[group.rank] }.map { members[$0] }
            found = try Self.problem(deeper, members: deep, own: cluster.rank, perNode: perNode) ?? found
          }
          for deeper in inner { try deeper.close() }
          try group.close()
        } else if colors[cluster.rank] != nil {
          found = "no group"
        }
        found = try Self.problem(cluster, members: Array(0..<size), own: cluster.rank, perNode: perNode) ?? found
        try cluster.barrier()
        return found ?? (cluster.openGroupCount == 0 ? nil : "\(cluster.openGroupCount) groups are left")
      }
      for (rank, problem) in problems.enumerated() {
        #expect(problem == nil, "rank \(rank) of \(size), \(perNode) to a node, \(colors)")
      }
    }
  }

  @Test("ranks that fail together in a group leave the other one alone, until all agree")
  func agreement() throws {
    let words = try InProcessCluster.run(size: 5) { cluster in
      guard let group = try cluster.split(color: cluster.rank % 2) else { return "no group" }
      defer { try? group.close() }
      let inner = Result {
        try group.agree(describe: { _ in (66, "rank \(cluster.rank) lacks its file") }) {
          if cluster.rank == 3 { throw Broken() }
          return cluster.rank
        }
      }
      let own = Result { try group.gather(cluster.rank) }
      let outer = Result { try cluster.agree(describe: { _ in (70, "?") }) { try inner.get() } }
      switch (inner, outer) {
      case (.success(let rank), .failure(let all as AgreedFailure)):
        return "\(rank) \(try own.get()), then \(all.exitCode) \(all)"
      case (.failure(let few as AgreedFailure), .failure(let all as AgreedFailure)):
        return "\(few) \(try own.get()), then \(all.exitCode) \(all)"
      default: return "\(inner) \(outer)"
      }
    }
    let odd = "rank 1 of 2: rank 3 lacks its file [1, 3], then 66 rank 1 of 5: rank 3 lacks its file"
    let even = ["0", "2", "4"].map { "\($0) [0, 2, 4], then 66 rank 1 of 5: rank 3 lacks its file" }
    #expect(words == [even[0], odd, even[1], odd, even[2]])
  }

  @Test("a rank that leaves in a group of a group is named to all who wait for it, by the whole's numbers")
  func leaving() throws {
    let outcomes = InProcessCluster.outcomes(size: 6) { cluster in
      guard let group = try cluster.split(color: cluster.rank / 3) else { return }
      if let inner = try group.split(color: cluster.rank == 5 ? nil : 1) {
        if cluster.rank == 4 { throw Broken() }
        try inner.barrier()
        try inner.close()
      }
      try group.barrier()
      try group.close()
      try cluster.barrier()
    }
    // 3 waits in the inner group, 5 in the outer one, 0, 1 and 2 in the whole.
    for (rank, outcome) in outcomes.enumerated() where rank != 4 {
      #expect(throws: ClusterError.peerLeft(rank: 4, waiting: rank)) { try outcome.get() }
    }
  }

  @Test("a closed cluster is not used, and one with open groups is not closed")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      let cluster = SoloCluster()
      let group = cluster.split(color: 0)
      try group?.close()
      _ = try group?.gather(1)
    }
    await #expect(processExitsWith: .failure) {
      let cluster = SoloCluster()
      let group = cluster.split(color: 0)
      cluster.close()
      _ = try group?.gather(1)
    }
    await #expect(processExitsWith: .failure) {
      _ = try InProcessCluster.run(size: 2) { cluster in
        let group = try cluster.split(color: 0)
        try group?.close()
        try group?.close()
      }
    }
    await #expect(processExitsWith: .failure) {
      _ = try InProcessCluster.run(size: 2) { cluster in
        let group = try cluster.split(color: 0)
        let exchange = try group?.makeExchange(
          algorithm: "ordered", plan: ReductionPlan(shards: 2, ranks: 2), count: 4, trailer: 0)
        try group?.close()
        try exchange?.allReduce(shardsInUse: 2)
      }
    }
    await #expect(processExitsWith: .success) {
      let cluster = SoloCluster()
      try cluster.split(color: 0)?.close()
      #expect(cluster.split(color: nil) == nil)
      cluster.close()
    }
  }
}
