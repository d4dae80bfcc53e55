/// A way to add up gradients over ranks.
package protocol AllReduceAlgorithm: Sendable {
  /// The word in `parallel.allreduce`.
  static var kind: String { get }
  /// Whether the sum has the bits of the reduction tree for every number of ranks.
  static var isInvariant: Bool { get }
  /// Prepares the exchange; see ``Cluster/makeExchange(algorithm:plan:count:trailer:)``.
  static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange
  /// The cost sheet: what one exchange costs one rank, computed from the formula in the algorithm's documentation.
  static func cost(plan: ReductionPlan, count: Int, trailer: Int, rank: Int) -> AllReduceCost
}

/// What one exchange costs one rank.
package struct AllReduceCost: Sendable, Equatable {
  /// Rounds of messages, each waiting for the one before: the number of network latencies.
  package var steps: Int
  /// Bytes the rank sends.
  package var bytes: Int

  package init(steps: Int, bytes: Int) {
    self.steps = steps
    self.bytes = bytes
  }
}

/// Every allreduce that config.json can name.
///
/// New algorithm: one file in AllReduce/, one line here.
package enum AllReduceRegistry {
  package static let all: [any AllReduceAlgorithm.Type] = [
    OrderedAllReduce.self,
    RecursiveAllReduce.self,
    RingAllReduce.self,
    LibraryAllReduce.self,
  ]

  /// What `auto` stands for; always an invariant algorithm.
  package static let automatic: any AllReduceAlgorithm.Type = OrderedAllReduce.self

  /// The names a config may use.
  package static var names: [String] {
    ["auto"] + all.map { $0.kind }
  }

  /// Whether the algorithm of this name, where there is one, gives the same bits on any number of ranks.
  package static func isInvariant(_ name: String) -> Bool {
    name == "auto" || all.contains { $0.kind == name && $0.isInvariant }
  }

  /// The algorithm of this name.
  ///
  /// - Throws: ``ClusterError/unknownAlgorithm(name:known:)``.
  package static func algorithm(_ name: String) throws -> any AllReduceAlgorithm.Type {
    if name == "auto" { return automatic }
    guard let algorithm = all.first(where: { $0.kind == name }) else {
      throw ClusterError.unknownAlgorithm(name: name, known: names)
    }
    return algorithm
  }

  /// Prepares the exchange of the named algorithm.
  package static func makeExchange(
    algorithm name: String, plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange {
    precondition(count >= 0 && trailer >= 0, "a gradient and a trailer have no negative length")
    guard plan.ranks == transport.size else {
      throw ClusterError.planForOtherSize(planned: plan.ranks, size: transport.size)
    }
    return try algorithm(name).makeExchange(plan: plan, count: count, trailer: trailer, over: transport)
  }
}
