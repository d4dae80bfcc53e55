/// A way to add up gradients over ranks.
package protocol AllReduceAlgorithm: Sendable {
  /// The word in `parallel.allreduce`.
  static var kind: String { get }
  /// Whether the sum has the bits of the reduction tree for every number of ranks.
  static var isInvariant: Bool { get }
  /// Whether ranks of a node read each other's partial sums in place.
  static var sharesMemory: Bool { get }
  /// Plans the way of one bucket.
  static func makeStages(_ bucket: BucketContext) throws -> Stages
  /// The cost sheet: what one exchange in one bucket costs one rank, computed from the formula in the algorithm's documentation.
  static func cost(_ sheet: CostSheet) -> AllReduceCost
}

extension AllReduceAlgorithm {
  package static var sharesMemory: Bool { false }
}

/// What a cost sheet is computed from.
package struct CostSheet: Sendable {
  package var plan: ReductionPlan
  /// Floats of the gradient.
  package var count: Int
  /// Bytes of a trailer.
  package var trailer: Int
  package var rank: Int
  /// The ranks of each node.
  package var nodes: [[Int]]
  package var directLimit = OrderedAllReduce.directLimit

  /// - Parameter nodes: the ranks of each node; nil: all on one.
  package init(plan: ReductionPlan, count: Int, trailer: Int, rank: Int, nodes: [[Int]]? = nil) {
    self.plan = plan
    self.count = count
    self.trailer = trailer
    self.rank = rank
    self.nodes = nodes ?? [Array(0..<plan.ranks)]
  }
}

/// What one exchange costs one rank.
package struct AllReduceCost: Sendable, Equatable {
  /// Rounds of messages or flags, each waiting for the one before: the number of latencies.
  package var steps: Int
  /// Bytes the rank sends in messages.
  package var bytes: Int

  package init(steps: Int, bytes: Int) {
    self.steps = steps
    self.bytes = bytes
  }

  static func += (sum: inout AllReduceCost, other: AllReduceCost) {
    sum.steps += other.steps
    sum.bytes += other.bytes
  }
}

/// The allreduces that config.json can name: the standard ones, and those that are added.
///
/// New algorithm: one file in AllReduce/, one line here.
package struct AllReduceRegistry: Sendable {
  package static let standard = AllReduceRegistry(all: [
    OrderedAllReduce.self,
    RecursiveAllReduce.self,
    SharedMemoryAllReduce.self,
    HierarchicalAllReduce.self,
    RingAllReduce.self,
    LibraryAllReduce.self,
  ])

  package private(set) var all: [any AllReduceAlgorithm.Type]

  /// The names a config may use.
  package var names: [String] {
    ["auto"] + all.map { $0.kind }
  }

  /// The registry with one more algorithm.
  /// - Throws: ``ClusterError/takenAlgorithm(name:)`` where there is one of this name.
  package func adding(_ algorithm: any AllReduceAlgorithm.Type) throws -> AllReduceRegistry {
    guard !names.contains(algorithm.kind) else { throw ClusterError.takenAlgorithm(name: algorithm.kind) }
    return AllReduceRegistry(all: all + [algorithm])
  }

  /// Whether the algorithm of this name, where there is one, gives the same bits on any number of ranks.
  package func isInvariant(_ name: String) -> Bool {
    name == "auto" || all.contains { $0.kind == name && $0.isInvariant }
  }

  /// The algorithm that runs, and why it is not the one asked for.
  func choose(
    _ request: ExchangeRequest, transport: any Transport
  ) throws -> (algorithm: any AllReduceAlgorithm.Type, note: String?) {
    let nodes = transport.nodes
    guard request.algorithm != "auto" else {
      return (Self.automatic(nodes: nodes, wire: request.wire), nil)
    }
    guard let algorithm = all.first(where: { $0.kind == request.algorithm }) else {
      throw ClusterError.unknownAlgorithm(name: request.algorithm, known: names)
    }
    if algorithm.sharesMemory, transport.size == 1 { return (OrderedAllReduce.self, nil) }
    if algorithm == SharedMemoryAllReduce.self, nodes.count > 1 {
      return (
        HierarchicalAllReduce.isPossible(nodes: nodes) ? HierarchicalAllReduce.self : OrderedAllReduce.self,
        "shared_memory spans one node only"
      )
    }
    if algorithm == HierarchicalAllReduce.self, !HierarchicalAllReduce.isPossible(nodes: nodes) {
      return (
        OrderedAllReduce.self, "hierarchical needs neighbouring ranks on a node, equally many on each: ordered instead"
      )
    }
    return (algorithm, nil)
  }

  /// The rule of `auto`; every rank comes to the same, invariant, algorithm.
  ///
  /// One node: `shared_memory`. Several nodes with several neighbouring ranks each, equally many: `hierarchical`. Else, and with
  /// 16 bits on the wire, `ordered`. `ptrain bench --collectives` shows what each takes.
  package static func automatic(nodes: [[Int]], wire: WireFormat = .float32) -> any AllReduceAlgorithm.Type {
    guard nodes[0].count > 1, wire == .float32 else { return OrderedAllReduce.self }
    if nodes.count == 1 { return SharedMemoryAllReduce.self }
    return HierarchicalAllReduce.isPossible(nodes: nodes) ? HierarchicalAllReduce.self : OrderedAllReduce.self
  }
}
