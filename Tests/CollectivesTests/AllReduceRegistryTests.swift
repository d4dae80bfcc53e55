import Testing

@testable import Collectives

/// An allreduce that a test adds is chosen by its name; the standard registry does not know of it.
@Suite struct AllReduceRegistryTests {
  /// The ordered sum under another name.
  enum Renamed: AllReduceAlgorithm {
    static let kind = "renamed"
    static let isInvariant = true
    static func makeStages(_ bucket: BucketContext) throws -> Stages { try OrderedAllReduce.makeStages(bucket) }
    static func cost(_ sheet: CostSheet) -> AllReduceCost { OrderedAllReduce.cost(sheet) }
  }

  /// What the exchange that `algorithms` make of the name sums to, on each rank.
  static func sums(_ algorithms: AllReduceRegistry) throws -> [(name: String, sum: [UInt32])] {
    let count = 37
    return try InProcessCluster.run(size: 3) { cluster in
      let plan = ReductionPlan(shards: 8, ranks: 3)
      var request = ExchangeRequest(algorithm: "renamed", plan: plan, count: count)
      request.algorithms = algorithms
      let exchange = try cluster.makeExchange(request)
      AllReduceTests.fill(exchange, plan: plan, rank: cluster.rank, inUse: 8)
      try exchange.allReduce(shardsInUse: 8)
      return (exchange.algorithm, Reference.bits(AllReduceTests.sum(exchange)))
    }
  }

  @Test("an added algorithm runs, and is unknown where it was not handed over")
  func adding() throws {
    let algorithms = try AllReduceRegistry.standard.adding(Renamed.self)
    #expect(algorithms.names.last == "renamed")
    #expect(algorithms.isInvariant("renamed"))
    #expect(!AllReduceRegistry.standard.names.contains("renamed"))
    let expected = Reference.bits(try #require(Reference.sum(0..<8, inUse: 8, count: 37)))
    for (name, sum) in try Self.sums(algorithms) {
      #expect(name == "renamed")
      #expect(sum == expected)
    }
    #expect(throws: (any Error).self) { try Self.sums(.standard) }
  }

  @Test("a name that is taken is refused, auto among them")
  func taken() {
    enum Automatic: AllReduceAlgorithm {
      static let kind = "auto"
      static let isInvariant = true
      static func makeStages(_ bucket: BucketContext) throws -> Stages { try OrderedAllReduce.makeStages(bucket) }
      static func cost(_ sheet: CostSheet) -> AllReduceCost { OrderedAllReduce.cost(sheet) }
    }
    #expect(throws: ClusterError.takenAlgorithm(name: "ring")) {
      try AllReduceRegistry.standard.adding(RingAllReduce.self)
    }
    #expect(throws: ClusterError.takenAlgorithm(name: "auto")) {
      try AllReduceRegistry.standard.adding(Automatic.self)
    }
  }
}
