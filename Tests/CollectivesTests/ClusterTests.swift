import Collectives
import Testing

@Suite struct ClusterTests {
  private struct Broken: Error {}

  @Test(arguments: [1, 2, 3, 7])
  func bytesReachEveryRank(size: Int) throws {
    let results = try InProcessCluster.run(size: size) { cluster in
      try cluster.barrier()
      let gathered = try cluster.gather(Array(repeating: UInt8(cluster.rank), count: cluster.rank))
      let last = try cluster.broadcast([UInt8(cluster.rank)], from: size - 1)
      return (gathered, last)
    }
    for (gathered, last) in results {
      #expect(gathered == (0..<size).map { Array(repeating: UInt8($0), count: $0) })
      #expect(last == [UInt8(size - 1)])
    }
  }

  @Test func sharedMemoryIsOneMemory() throws {
    let sums = try InProcessCluster.run(size: 3) { cluster in
      let region = try cluster.sharedMemory(byteCount: cluster.rank == 0 ? 3 : nil)
      #expect(region.allSatisfy { $0 == 0 } && Int(bitPattern: region.baseAddress) % 64 == 0)
      try cluster.nodeBarrier()
      region[cluster.rank] = UInt8(cluster.rank + 1)
      try cluster.nodeBarrier()
      return region.reduce(0) { $0 + Int($1) }
    }
    #expect(sums == [6, 6, 6])
    #expect(throws: ClusterError.unstatedSharedMemory(rank: 0)) {
      try InProcessCluster.run(size: 2) { try $0.sharedMemory(byteCount: nil).count }
    }
  }

  @Test("ranks that play to be on two nodes share memory with those of their own alone")
  func sharedMemoryIsTheNodes() throws {
    let sums = try InProcessCluster.run(size: 3, ranksPerNode: 2) { cluster in
      let region = try cluster.sharedMemory(byteCount: cluster.place.rankOnNode == 0 ? 3 : nil)
      region[cluster.rank] = UInt8(cluster.rank + 1)
      try cluster.nodeBarrier()
      return region.reduce(0) { $0 + Int($1) }
    }
    #expect(sums == [3, 3, 3])
    #expect(throws: ClusterError.unstatedSharedMemory(rank: 2)) {
      try InProcessCluster.run(size: 3, ranksPerNode: 2) { cluster in
        try cluster.sharedMemory(byteCount: cluster.rank == 0 ? 3 : nil).count
      }
    }
  }

  @Test func aFailingRankLetsTheOthersGo() throws {
    let outcomes = InProcessCluster.outcomes(size: 3) { cluster in
      if cluster.rank == 1 { throw Broken() }
      try cluster.barrier()
    }
    for (rank, outcome) in outcomes.enumerated() {
      #expect(throws: (any Error).self) { try outcome.get() }
      if rank != 1 {
        #expect(throws: ClusterError.peerLeft(rank: 1, waiting: rank)) { try outcome.get() }
      }
    }
    #expect(throws: Broken.self) {
      try InProcessCluster.run(size: 3) { cluster in
        if cluster.rank == 2 { throw Broken() }
        try cluster.barrier()
      }
    }
  }

  @Test func allRanksFailTogetherWithTheLowestRanksSentence() throws {
    let outcomes = InProcessCluster.outcomes(size: 4) { cluster in
      try cluster.agree(describe: { _ in (66, "rank \(cluster.rank) lacks its file") }) {
        if cluster.rank == 1 || cluster.rank == 3 { throw Broken() }
        return cluster.rank
      }
    }
    let expected = AgreedFailure(
      rank: 1, failedRanks: [1, 3], size: 4, exitCode: 66, sentence: "rank 1 lacks its file")
    for outcome in outcomes { #expect(throws: expected) { try outcome.get() } }
    #expect(expected.description == "rank 1 of 4: rank 1 lacks its file")
  }

  @Test func agreementReturnsEachRanksOwnValue() throws {
    let values = try InProcessCluster.run(size: 3) { cluster in
      try cluster.agree(describe: { _ in (70, "") }) { cluster.rank * 10 }
    }
    #expect(values == [0, 10, 20])
    let failure = #expect(throws: AgreedFailure.self) {
      try SoloCluster().agree(describe: { _ in (-1, "no") }) { throw Broken() }
    }
    #expect(failure?.description == "no" && failure?.exitCode == -1)
  }

  @Test func differentLengthsAreReported() throws {
    #expect(throws: ClusterError.self) {
      try InProcessCluster.run(size: 2) { cluster in
        let plan = ReductionPlan(shards: 2, ranks: 2)
        let exchange = try cluster.makeExchange(
          algorithm: "ordered", plan: plan, count: 10 + cluster.rank * 20, trailer: 0)
        try exchange.allReduce(shardsInUse: 2)
      }
    }
  }
}
