import Collectives
import Testing

/// Exchanges in several buckets, with slices kept, with 16 bits on the wire.
@Suite struct BucketTests {
  /// Buckets as a backward pass completes them: from the end, uneven, one of them empty.
  static func buckets(_ count: Int) -> [Range<Int>] {
    let cuts = [count, count * 9 / 10 / 16 * 16, count * 9 / 10 / 16 * 16, count / 3 / 16 * 16, 0]
    return zip(cuts, cuts.dropFirst()).map { $1..<$0 }
  }

  static let kinds = AllReduceRegistry.standard.all.filter { $0.isInvariant }.map { $0.kind }

  @Test("buckets give the bits of one exchange, and two trailers arrive whole", arguments: kinds, [8, 2])
  func bitsOfBuckets(kind: String, perNode: Int) throws {
    let count = 9973
    for ranks in 1...6 {
      let plan = ReductionPlan(shards: 7, ranks: ranks)
      let results = try InProcessCluster.run(size: ranks, ranksPerNode: perNode) { cluster in
        var request = ExchangeRequest(algorithm: kind, plan: plan, count: count)
        request.buckets = Self.buckets(count)
        (request.head, request.tail) = (16, 8)
        let exchange = try cluster.makeExchange(request)
        return try [7, 4, 0].map { inUse in
          AllReduceTests.fill(exchange, plan: plan, rank: cluster.rank, inUse: inUse)
          for place in 0..<3 {
            exchange.trailer(of: cluster.rank).storeBytes(
              of: 100 * inUse + 10 * cluster.rank + place, toByteOffset: 8 * place, as: Int.self)
          }
          exchange.begin(shardsInUse: inUse)
          for bucket in request.buckets.indices {
            try exchange.start(bucket)
            try exchange.advance()
          }
          for bucket in request.buckets.indices { try exchange.finish(bucket) }
          let trailers = (0..<ranks).flatMap { rank in
            (0..<3).map { exchange.trailer(of: rank).load(fromByteOffset: 8 * $0, as: Int.self) }
          }
          return (Reference.bits(AllReduceTests.sum(exchange)), trailers)
        }
      }
      for (rank, result) in results.enumerated() {
        for (inUse, found) in zip([7, 4, 0], result) {
          let expected = Reference.sum(0..<7, inUse: inUse, count: count) ?? Array(repeating: 0, count: count)
          let place = Comment(rawValue: "\(kind), rank \(rank) of \(ranks), \(perNode) to a node, \(inUse) in use")
          #expect(found.0 == Reference.bits(expected), place)
          var trailers: [Int] = []
          for rank in 0..<ranks { for number in 0..<3 { trailers.append(100 * inUse + 10 * rank + number) } }
          #expect(found.1 == trailers, place)
        }
      }
    }
  }

  @Test("kept slices are every float once, with the sum's bits", arguments: kinds, [8, 2])
  func slices(kind: String, perNode: Int) throws {
    let count = 9973
    for ranks in 1...6 {
      let plan = ReductionPlan(shards: 8, ranks: ranks)
      let results = try InProcessCluster.run(size: ranks, ranksPerNode: perNode) { cluster in
        var request = ExchangeRequest(algorithm: kind, plan: plan, count: count)
        request.buckets = Self.buckets(count)
        request.keepsSlices = true
        let exchange = try cluster.makeExchange(request)
        AllReduceTests.fill(exchange, plan: plan, rank: cluster.rank, inUse: 8)
        try exchange.allReduce(shardsInUse: 8)
        let sum = Reference.bits(AllReduceTests.sum(exchange))
        return request.buckets.indices.flatMap { bucket in exchange.owned(bucket).map { ($0, sum[$0]) } }
      }
      let all = results.flatMap { $0 }
      #expect(all.count == count && Set(all.map { $0.0 }).count == count, "\(kind) on \(ranks)")
      let expected = Reference.bits(try #require(Reference.sum(0..<8, inUse: 8, count: count)))
      #expect(all.allSatisfy { expected[$0.0] == $0.1 }, "\(kind) on \(ranks)")
    }
  }

  @Test(
    "ranks of a node hand over what they made of their slices, step after step", arguments: ["auto", "shared_memory"])
  func handover(kind: String) throws {
    let count = 9973
    for ranks in 2...6 {
      // With more ranks than shards some have nothing but a row to put their slices into.
      let plan = ReductionPlan(shards: 4, ranks: ranks)
      let results = try InProcessCluster.run(size: ranks, ranksPerNode: 8) { cluster in
        var request = ExchangeRequest(algorithm: kind, plan: plan, count: count)
        request.buckets = Self.buckets(count)
        (request.keepsSlices, request.handingOver) = (true, 2)
        let exchange = try cluster.makeExchange(request)
        let handover = try #require(exchange.handover)
        #expect(!exchange.sharesSum)
        let owned = request.buckets.indices.map { exchange.owned($0) }
        let all = try cluster.gather(owned)
        var wrong = 0
        for step in 0..<12 {
          let inUse = [4, 3, 0][step % 3]
          try handover.awaitRelease()
          AllReduceTests.fill(exchange, plan: plan, rank: cluster.rank, inUse: inUse)
          try exchange.allReduce(shardsInUse: inUse)
          for (bucket, range) in owned.enumerated() {
            let middle = (range.lowerBound + range.upperBound) / 2
            exchange.sum(middle..<range.upperBound, bucket: bucket, worker: 1)
            exchange.sum(range.lowerBound..<middle, bucket: bucket, worker: 0)
          }
          let row = handover.row(of: cluster.rank)
          let sum = exchange.sum, added = Float(step)
          for range in owned { for index in range { row[index] = sum[index] + added } }
          try handover.offer()
          let expected = Reference.sum(0..<4, inUse: inUse, count: count) ?? Array(repeating: 0, count: count)
          for peer in 0..<ranks {
            let row = handover.row(of: peer)
            for range in all[peer] {
              for index in range where row[index] != expected[index] + added { wrong += 1 }
            }
          }
          try handover.release()
        }
        try handover.awaitRelease()
        return wrong
      }
      #expect(results.allSatisfy { $0 == 0 }, "\(ranks) ranks: \(results)")
    }
  }

  @Test("16 bits on the wire: half the bytes, sums near the exact ones, the same bits on all ranks")
  func narrow() throws {
    let count = 5000
    for ranks in 1...5 {
      let plan = ReductionPlan(shards: 8, ranks: ranks)
      func run(_ wire: WireFormat) throws -> [(sum: [Float], bytes: Int)] {
        try InProcessCluster.run(size: ranks) { cluster in
          var request = ExchangeRequest(algorithm: "ordered", plan: plan, count: count)
          request.buckets = Self.buckets(count)
          (request.wire, request.batchSize, request.directLimit) = (wire, 64, 0)
          let exchange = try cluster.makeExchange(request)
          AllReduceTests.fill(exchange, plan: plan, rank: cluster.rank, inUse: 8)
          try exchange.allReduce(shardsInUse: 8)
          return (AllReduceTests.sum(exchange), exchange.traffic.bytes)
        }
      }
      let exact = try run(.float32)
      for (wire, bits) in [(WireFormat.bfloat16, 8), (.float16, 11)] {
        let found = try run(wire)
        for (rank, result) in found.enumerated() {
          #expect(Reference.bits(result.sum) == Reference.bits(found[0].sum))
          #expect(result.bytes * 2 == exact[rank].bytes)
          // Each of at most 8 partial sums and the sum are rounded once; partial sums are below 512 in size.
          let allowed = 9 * 512 / Float(1 << bits)
          #expect(zip(result.sum, exact[rank].sum).allSatisfy { abs($0 - $1) <= allowed }, "\(wire), \(ranks) ranks")
          #expect((result.sum == exact[rank].sum) == (ranks == 1))
        }
      }
    }
  }
}
