import Collectives
import Testing

/// The battery every allreduce of the registry passes, with ranks as threads.
@Suite struct AllReduceTests {
  /// Fills a rank's partial sums from the reference; where a subtree has no sample its buffer holds NaN, to be ignored.
  static func fill(_ exchange: GradientExchange, plan: ReductionPlan, rank: Int, inUse: Int) {
    for (index, subtree) in plan.subtrees(of: rank).enumerated() {
      let values = Reference.sum(subtree, inUse: inUse, count: exchange.count)
      let partial = exchange.partial(index)
      if let values {
        partial.update(from: values, count: exchange.count)
      } else {
        partial.update(repeating: .nan, count: exchange.count)
      }
    }
  }

  static func sum(_ exchange: GradientExchange) -> [Float] {
    Array(UnsafeBufferPointer(start: exchange.sum, count: exchange.count))
  }

  @Test(arguments: 1...17)
  func theOrderIsTheTreesForAnyRanksAndEmptyShards(shards: Int) throws {
    let count = 37
    for ranks in 1...8 {
      // The ordered sum in both its forms, then every other invariant kind.
      let others = AllReduceRegistry.standard.all.filter { $0.isInvariant && $0 != OrderedAllReduce.self }.map {
        $0.kind
      }
      for (kind, limit) in [("ordered", 0), ("ordered", OrderedAllReduce.directLimit)] + others.map({ ($0, 0) }) {
        let sums = try InProcessCluster.run(size: ranks) { cluster in
          let plan = ReductionPlan(shards: shards, ranks: ranks)
          var request = ExchangeRequest(algorithm: kind, plan: plan, count: count)
          request.directLimit = limit
          let exchange = try cluster.makeExchange(request)
          return try (0...shards).map { inUse in
            Self.fill(exchange, plan: plan, rank: cluster.rank, inUse: inUse)
            try exchange.allReduce(shardsInUse: inUse)
            return Reference.bits(Self.sum(exchange))
          }
        }
        for inUse in 0...shards {
          let expected = Reference.sum(0..<shards, inUse: inUse, count: count) ?? Array(repeating: 0, count: count)
          for rank in 0..<ranks {
            #expect(
              sums[rank][inUse] == Reference.bits(expected),
              "rank \(rank) of \(ranks), \(inUse) of \(shards) shards, \(kind), limit \(limit)")
          }
        }
      }
    }
  }

  /// Algorithms, and ranks of a node.
  @Test(arguments: AllReduceRegistry.standard.names, [8, 1, 2, 3])
  func everyAlgorithmTakesEveryLength(name: String, perNode: Int) throws {
    for ranks in 1...8 {
      for count in Set([0, 1, ranks - 1, ranks, ranks + 1, 10007]) {
        let plan = ReductionPlan(shards: 8, ranks: ranks)
        let results = try InProcessCluster.run(size: ranks, ranksPerNode: perNode) { cluster in
          let exchange = try cluster.makeExchange(algorithm: name, plan: plan, count: count, trailer: 24)
          Self.fill(exchange, plan: plan, rank: cluster.rank, inUse: 8)
          for index in 0..<24 {
            exchange.trailer(of: cluster.rank).storeBytes(
              of: UInt8(cluster.rank * 24 + index), toByteOffset: index, as: UInt8.self)
          }
          try exchange.allReduce(shardsInUse: 8)
          let trailers = (0..<ranks).map { Array(UnsafeRawBufferPointer(start: exchange.trailer(of: $0), count: 24)) }
          return (
            sum: Self.sum(exchange), trailers: trailers.flatMap { $0 }, exchange: exchange.traffic, exchange.algorithm
          )
        }
        let expected = Reference.sum(0..<8, inUse: 8, count: count) ?? []
        let algorithm = try #require(AllReduceRegistry.standard.all.first { $0.kind == results[0].3 })
        let nodes = stride(from: 0, to: ranks, by: perNode).map { Array($0..<min(ranks, $0 + perNode)) }
        for (rank, result) in results.enumerated() {
          let place = Comment(rawValue: "\(name), rank \(rank) of \(ranks), \(perNode) to a node, \(count) floats")
          #expect(Reference.bits(result.sum) == Reference.bits(results[0].sum), place)
          if algorithm.isInvariant {
            #expect(Reference.bits(result.sum) == Reference.bits(expected), place)
          } else {
            #expect(zip(result.sum, expected).allSatisfy { abs($0 - $1) <= 1e-3 }, place)
          }
          #expect(result.trailers == (0..<ranks * 24).map { UInt8($0) }, place)
          let sheet = CostSheet(plan: plan, count: count, trailer: 24, rank: rank, nodes: nodes)
          #expect(result.exchange == algorithm.cost(sheet), place)
        }
      }
    }
  }

  @Test func theLibrarysOrderIsNotTheTrees() throws {
    let plan = ReductionPlan(shards: 8, ranks: 8)
    let sums = try InProcessCluster.run(size: 8) { cluster in
      let exchange = try cluster.makeExchange(algorithm: "mpi", plan: plan, count: 1000, trailer: 0)
      Self.fill(exchange, plan: plan, rank: cluster.rank, inUse: 8)
      try exchange.allReduce(shardsInUse: 8)
      return Self.sum(exchange)
    }
    #expect(sums[0] != Reference.sum(0..<8, inUse: 8, count: 1000), "the battery must be able to tell orders apart")
  }

  @Test(arguments: [1, 2, 3, 4])
  func minusZeroSurvivesAnEmptyShard(ranks: Int) throws {
    let signs = try InProcessCluster.run(size: ranks) { cluster in
      let plan = ReductionPlan(shards: 4, ranks: ranks)
      let exchange = try cluster.makeExchange(algorithm: "ordered", plan: plan, count: 1, trailer: 0)
      for index in plan.subtrees(of: cluster.rank).indices { exchange.partial(index)[0] = -0.0 }
      // Shards 2 and 3 are empty: whatever their buffers hold, +0 too, is not added.
      if let last = plan.subtrees(of: cluster.rank).indices.last, plan.subtrees(of: cluster.rank)[last].lowerBound >= 2
      {
        exchange.partial(last)[0] = 0
      }
      try exchange.allReduce(shardsInUse: 2)
      return exchange.sum[0].bitPattern
    }
    #expect(signs == Array(repeating: Float(-0.0).bitPattern, count: ranks))
    #expect((Float(-0.0) + 0).bitPattern != Float(-0.0).bitPattern)
  }

  @Test(arguments: [2, 4, 8])
  func aPowerOfTwoOfRanksSendsTheLowerBound(ranks: Int) {
    let count = 1 << 20
    let cost = OrderedAllReduce.cost(
      CostSheet(plan: ReductionPlan(shards: 8, ranks: ranks), count: count, trailer: 0, rank: ranks - 1))
    #expect(cost == AllReduceCost(steps: 2, bytes: 2 * (ranks - 1) * 4 * count / ranks))
  }

  @Test func slicesPartitionTheGradientOnCacheLines() {
    for ranks in 1...9 {
      for count in [0, 1, 15, 16, 17, 160, 10007] {
        var next = 0
        for rank in 0..<ranks {
          let slice = GradientSlice.range(of: rank, count: count, ranks: ranks)
          #expect(slice.lowerBound == next && (slice.lowerBound % 16 == 0 || slice.isEmpty))
          next = slice.upperBound
        }
        #expect(next == count)
      }
    }
  }

  @Test func aloneTheSumIsThePartialSum() throws {
    let exchange = try SoloCluster().makeExchange(
      algorithm: "auto", plan: ReductionPlan(shards: 8, ranks: 1), count: 5, trailer: 8)
    Self.fill(exchange, plan: ReductionPlan(shards: 8, ranks: 1), rank: 0, inUse: 3)
    try exchange.allReduce(shardsInUse: 3)
    #expect(Self.sum(exchange) == Reference.sum(0..<8, inUse: 3, count: 5))
    #expect(exchange.sum == UnsafePointer(exchange.partial(0)) && exchange.traffic == AllReduceCost(steps: 0, bytes: 0))
    #expect(Int(bitPattern: exchange.partial(0)) % 64 == 0)
  }

  @Test func wrongPlansAndNamesAreRefused() {
    let cluster = SoloCluster()
    #expect(throws: ClusterError.planForOtherSize(planned: 2, size: 1)) {
      try cluster.makeExchange(algorithm: "auto", plan: ReductionPlan(shards: 8, ranks: 2), count: 1, trailer: 0)
    }
    let unknown = #expect(throws: ClusterError.self) {
      try cluster.makeExchange(algorithm: "rong", plan: ReductionPlan(shards: 8, ranks: 1), count: 1, trailer: 0)
    }
    #expect(
      unknown?.description
        == "unknown allreduce 'rong'; use one of auto, ordered, recursive, shared_memory, hierarchical, ring, mpi")
  }
}
