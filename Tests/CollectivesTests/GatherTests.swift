import Testing

@testable import Collectives

/// Values from rank to rank.
@Suite struct GatherTests {
  @Test(arguments: 1...4)
  func everyRankGetsAllValues(size: Int) throws {
    let results = try InProcessCluster.run(size: size) { cluster in
      let rank = cluster.rank
      let texts = try cluster.gather(rank == 0 ? nil : String(repeating: "é", count: rank))
      let pairs = try cluster.gather(rank, [Double](repeating: -0.0, count: rank))
      return (texts, pairs.map(\.0), pairs.map(\.1))
    }
    #expect(results.count == size)
    for (texts, ranks, numbers) in results {
      #expect(texts == (0..<size).map { $0 == 0 ? nil : String(repeating: "é", count: $0) })
      #expect(ranks == Array(0..<size) && numbers.map(\.count) == Array(0..<size))
      #expect(numbers.joined().allSatisfy { $0.sign == .minus })
    }
  }

  @Test(arguments: 1...4)
  func everyRankGetsTheRootsValue(size: Int) throws {
    for root in 0..<size {
      let results = try InProcessCluster.run(size: size) { cluster in
        // A collective call among the arguments is one of all ranks: were it the root's alone, it would wait for ever.
        try cluster.broadcast(cluster.gather("of \(cluster.rank)")[cluster.rank], from: root)
      }
      #expect(results == Array(repeating: "of \(root)", count: size))
    }
  }

  @Test func aloneARankGetsItsOwn() throws {
    let cluster = SoloCluster()
    #expect(try cluster.gather(["a"]) == [["a"]] && cluster.broadcast(2.5, from: 0) == 2.5)
    #expect(try cluster.gather(1, true).map(\.1) == [true])
  }

  @Test("what a rank sends that is no such value names that rank, on all ranks", arguments: 1...4)
  func forged(size: Int) {
    let bad = size - 1
    let outcomes = InProcessCluster.outcomes(size: size) { cluster -> [Int] in
      guard cluster.rank == bad else { return try cluster.gather(cluster.rank) }
      return try PortableMessage.open(all: cluster.gatherBytes(Array(PortableMessage.seal(7).dropLast())))
    }
    for outcome in outcomes {
      let problem = "7 bytes are left where 8 are to be"
      #expect(throws: ClusterError.unreadable(from: bad, value: "Int", problem: problem)) { try outcome.get() }
    }
    // The control: whole bytes are read.
    let whole = InProcessCluster.outcomes(size: size) { cluster -> [Int] in
      try PortableMessage.open(all: cluster.gatherBytes(PortableMessage.seal(cluster.rank)))
    }
    for outcome in whole { #expect((try? outcome.get()) == Array(0..<size)) }
  }

  @Test("ranks that have gone different ways find out")
  func differentWays() {
    let outcomes = InProcessCluster.outcomes(size: 2) { cluster in
      if cluster.rank == 0 { _ = try cluster.gather(1.5) } else { _ = try cluster.gather(1) }
    }
    for (rank, outcome) in outcomes.enumerated() {
      let expected = ClusterError.unreadable(
        from: 1 - rank, value: rank == 0 ? "Double" : "Int", problem: "it holds another type")
      #expect(throws: expected) { try outcome.get() }
    }
  }
}
