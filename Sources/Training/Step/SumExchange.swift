internal import Collectives
internal import Networks
internal import Platform

/// Adds up over the whole batch what layers sum over the rows of shards, by the tree; a segment of its own beside the
/// gradients, so that these may be updated by slices all the same.
///
/// Every rank sends the sums of its maximal subtrees to every other: few numbers, for which what counts is the number
/// of messages. Allocates nothing after `init`.
final class SumExchange {
  private let plan: ReductionPlan
  private let rank: Int
  private let memory: NetworkMemory
  /// Seconds of the step that other ranks' sums were waited for.
  private(set) var waited = 0.0
  /// nil where there is one rank.
  private let exchange: GradientExchange?
  /// For each shard the rank and subtree that begins there, and that subtree's end.
  private let leafAt: [(rank: Int, index: Int, end: Int)?]
  /// The most subtrees of a rank.
  private let slots: Int
  /// Nodes whose states are renewed from sums that nothing else has exchanged.
  private let stateNodes: [Int]
  private let hasBatchReach: Bool

  init(_ memory: NetworkMemory, plan: ReductionPlan, cluster: any Cluster) throws {
    (self.memory, self.plan, rank) = (memory, plan, cluster.rank)
    let nodes = memory.network.nodes
    stateNodes = Self.stateNodes(memory.network)
    hasBatchReach = nodes.contains { $0.needs.reach == .batch }
    slots = Self.slots(plan)
    var leafAt = [(rank: Int, index: Int, end: Int)?](repeating: nil, count: plan.shards)
    for rank in 0..<plan.ranks {
      for (index, tree) in plan.subtrees(of: rank).enumerated() {
        leafAt[tree.lowerBound] = (rank, index, tree.upperBound)
      }
    }
    self.leafAt = leafAt
    let bytes = Self.trailerBytes(memory.network, plan: plan)
    exchange =
      bytes == 0 || plan.ranks == 1
      ? nil
      // A gradient of nothing: what travels is the trailers.
      : try cluster.makeExchange(ExchangeRequest(algorithm: "auto", plan: plan, count: 0, trailer: bytes))
  }

  /// Collective: gives back what is shared with other ranks; its last use.
  func close() throws { try exchange?.close() }

  /// A new step.
  func begin() { waited = 0 }

  /// Bytes that it takes on this rank.
  static func byteCount(_ network: Network, plan: ReductionPlan) -> Double {
    guard plan.ranks > 1 else { return 0 }
    return Double(plan.ranks + 1) * Double(trailerBytes(network, plan: plan))
  }

  private static func slots(_ plan: ReductionPlan) -> Int {
    (0..<plan.ranks).map { plan.subtrees(of: $0).count }.max() ?? 1
  }

  private static func stateNodes(_ network: Network) -> [Int] {
    network.nodes.indices.filter { index in
      let needs = network.nodes[index].needs
      return needs.forwardSums > 0 && needs.reach != .batch && !network.nodes[index].layer.states.isEmpty
    }
  }

  /// What a rank sends at most: the sums of its subtrees, of one node or of all that states are renewed from.
  private static func trailerBytes(_ network: Network, plan: ReductionPlan) -> Int {
    let nodes = network.nodes
    let waitedFor = nodes.filter { $0.needs.reach == .batch }.map { max($0.needs.forwardSums, $0.needs.backwardSums) }
    let forStates = stateNodes(network).reduce(0) { $0 + nodes[$1].needs.forwardSums }
    return slots(plan) * max(waitedFor.max() ?? 0, forStates) * MemoryLayout<Double>.stride
  }

  /// Whether ranks meet while they compute, so that one without samples has to come too.
  var meetsInSteps: Bool { hasBatchReach }

  /// Puts the sum over all shards into ``LayerSums/ofBatch``; collective.
  func add(_ way: PassWay, of node: Int, shardsInUse: Int) throws {
    let sums = memory.sums(way, of: node)
    send(sums, from: 0, shardsInUse: shardsInUse)
    try meet(shardsInUse: shardsInUse)
    receive(sums, from: 0, shardsInUse: shardsInUse)
  }

  /// Does so for all sums that layers wait for in a step, on a rank that has no shards to add; collective.
  func addNothing(shardsInUse: Int) throws {
    let nodes = memory.network.nodes
    for node in nodes.indices where nodes[node].needs.reach == .batch && nodes[node].needs.forwardSums > 0 {
      try add(.forward, of: node, shardsInUse: shardsInUse)
    }
    for node in memory.backwardNodes where nodes[node].needs.reach == .batch && nodes[node].needs.backwardSums > 0 {
      try add(.backward, of: node, shardsInUse: shardsInUse)
    }
  }

  /// Does so for all sums that states are renewed from and no layer has waited for; collective.
  func addForStates(shardsInUse: Int) throws {
    guard !stateNodes.isEmpty else { return }
    var place = 0
    for node in stateNodes {
      let sums = memory.sums(.forward, of: node)
      send(sums, from: place, shardsInUse: shardsInUse)
      place += sums.count * slots
    }
    try meet(shardsInUse: shardsInUse)
    place = 0
    for node in stateNodes {
      let sums = memory.sums(.forward, of: node)
      receive(sums, from: place, shardsInUse: shardsInUse)
      place += sums.count * slots
    }
  }

  /// Writes the sums of this rank's subtrees into its trailer.
  private func send(_ sums: LayerSums, from place: Int, shardsInUse: Int) {
    guard let exchange else { return }
    let own = plan.shards(of: rank)
    let trailer = exchange.trailer(of: rank).assumingMemoryBound(to: Double.self) + place
    for (index, tree) in plan.subtrees(of: rank).enumerated() where tree.lowerBound < shardsInUse {
      for number in 0..<sums.count {
        trailer[index * sums.count + number] = ReductionTree.sum(over: tree, present: shardsInUse) { node in
          node.count == 1 ? sums[shard: node.lowerBound - own.lowerBound][number] : nil
        }
      }
    }
  }

  private func meet(shardsInUse: Int) throws {
    guard let exchange else { return }
    let begin = Clock.now()
    try exchange.allReduce(shardsInUse: shardsInUse)
    waited += Clock.now() - begin
  }

  /// Adds up the subtrees of all ranks.
  private func receive(_ sums: LayerSums, from place: Int, shardsInUse: Int) {
    for number in 0..<sums.count {
      sums.ofBatch[number] = ReductionTree.sum(over: 0..<plan.shards, present: shardsInUse) { node in
        guard let exchange else { return node.count == 1 ? sums[shard: node.lowerBound][number] : nil }
        guard let leaf = leafAt[node.lowerBound], leaf.end == node.upperBound else { return nil }
        let trailer = exchange.trailer(of: leaf.rank).assumingMemoryBound(to: Double.self) + place
        return trailer[leaf.index * sums.count + number]
      }
    }
  }
}
