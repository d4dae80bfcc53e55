import Collectives
import Testing

@Suite struct ReductionPlanTests {
  @Test(arguments: 1...17)
  func rangesAndSubtreesPartitionTheShards(shards: Int) {
    for ranks in 1...8 {
      let plan = ReductionPlan(shards: shards, ranks: ranks)
      #expect((0..<ranks).flatMap { Array(plan.shards(of: $0)) } == Array(0..<shards), "\(ranks) ranks")
      for rank in 0..<ranks {
        #expect(plan.subtrees(of: rank).flatMap { Array($0) } == Array(plan.shards(of: rank)))
        if ranks & (ranks - 1) == 0 { #expect(plan.subtrees(of: rank).count <= 1) }
      }
    }
  }

  @Test func threeRanksShareEightShards() {
    let plan = ReductionPlan(shards: 8, ranks: 3)
    #expect((0..<3).map { plan.shards(of: $0) } == [0..<2, 2..<5, 5..<8])
    #expect((0..<3).map { plan.subtrees(of: $0) } == [[0..<2], [2..<4, 4..<5], [5..<6, 6..<8]])
  }

  @Test func moreRanksThanShardsLeaveSomeWithNothing() {
    let plan = ReductionPlan(shards: 3, ranks: 4)
    #expect((0..<4).map { plan.shards(of: $0).count } == [1, 1, 1, 0])
    #expect(ReductionPlan(shards: 2, ranks: 7).shards(of: 0).isEmpty)
  }

  @Test(arguments: 1...17)
  func numbersAreAddedInTreeOrder(shards: Int) throws {
    for present in 0...shards {
      let values = (0..<shards).map { Double(Reference.value(shard: $0, index: 0)) / 3 }
      let folded = ReductionTree.fold(shards: shards, present: present, leaf: { values[$0] }, combine: +)
      #expect(ReductionTree.sum(values, present: present).bitPattern == (folded ?? 0).bitPattern)
      let order = ReductionTree.fold(
        shards: shards, present: present, leaf: { "\($0)" }, combine: { "(\($0)\($1))" })
      #expect(order == expression(0..<shards, present: present))
    }
  }

  @Test func theTreeOfFiveShardsLooksAsDocumented() {
    let order = ReductionTree.fold(shards: 5, present: 5, leaf: { "\($0)" }, combine: { "(\($0)\($1))" })
    #expect(order == "(((01)2)(34))")
    let short = ReductionTree.fold(shards: 5, present: 4, leaf: { "\($0)" }, combine: { "(\($0)\($1))" })
    #expect(short == "(((01)2)3)")
  }

  @Test func leftToRightWouldGiveOtherBits() {
    let differs = (0..<64).contains { index in
      let values = (0..<8).map { Double(Reference.value(shard: $0, index: index)) / 3 }
      return ReductionTree.sum(values, present: 8) != values.reduce(0, +)
    }
    #expect(differs, "the values of these tests must be able to tell orders apart")
  }

  private func expression(_ shards: Range<Int>, present: Int) -> String? {
    guard shards.lowerBound < present else { return nil }
    if shards.count == 1 { return "\(shards.lowerBound)" }
    let middle = shards.lowerBound + (shards.count + 1) / 2
    guard let left = expression(shards.lowerBound..<middle, present: present) else { return nil }
    guard let right = expression(middle..<shards.upperBound, present: present) else { return left }
    return "(\(left)\(right))"
  }
}
