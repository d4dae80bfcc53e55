import Collectives
import Testing

@testable import Training

@Suite struct ShardPlanTests {
  @Test("shards cover the batch in order, sizes differ by at most one, the first are the larger")
  func partition() {
    for shards in 1...17 {
      let plan = ShardPlan(shardCount: shards)
      for batch in 0...40 {
        let pieces = (0..<shards).map { plan.positions(of: $0, batch: batch) }
        #expect(pieces.flatMap { Array($0) } == Array(0..<batch))
        let sizes = pieces.map(\.count)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        #expect(sizes == sizes.sorted(by: >))
        #expect(sizes.filter { $0 > 0 }.count == plan.shardsInUse(batch: batch))
      }
    }
  }

  @Test("the merges after each leaf build the tree")
  func merges() {
    for shards in 1...17 {
      for ranks in 1...8 {
        let plan = ReductionPlan(shards: shards, ranks: ranks)
        for present in 1...shards {
          for subtree in (0..<ranks).flatMap({ plan.subtrees(of: $0) }) {
            let leaves = subtree.lowerBound..<max(subtree.lowerBound, min(subtree.upperBound, present))
            guard !leaves.isEmpty else { continue }
            var stack: [String] = []
            for leaf in leaves {
              var value = "\(leaf)"
              for _ in 0..<MicroSteps.merges(after: leaf, in: subtree, present: present) {
                value = "(\(stack.removeLast())+\(value))"
              }
              stack.append(value)
            }
            #expect(stack == [Self.reference(subtree, present: present)])
          }
        }
      }
    }
  }

  private static func reference(_ node: Range<Int>, present: Int) -> String {
    guard node.count > 1 else { return "\(node.lowerBound)" }
    let middle = ReductionTree.split(node)
    let left = reference(node.lowerBound..<middle, present: present)
    return middle < present ? "(\(left)+\(reference(middle..<node.upperBound, present: present)))" : left
  }

  @Test("rows are cut without gaps, at multiples of six")
  func cuts() {
    for rows in 0...100 {
      for pieces in 1...5 {
        let cuts = (0..<pieces).map { StepExecutor.cut(rows, into: pieces, piece: $0) }
        #expect(cuts.flatMap { Array($0) } == Array(0..<rows))
        for cut in cuts where cut.upperBound < rows { #expect(cut.upperBound % 6 == 0) }
      }
    }
  }
}
