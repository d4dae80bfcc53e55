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
  /// The cost sheet: what one exchange in one bucket costs one rank, computed from the formula in the algorithm's
  /// documentation.
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
