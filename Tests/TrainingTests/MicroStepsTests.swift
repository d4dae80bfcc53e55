import CKernels
import Collectives
import Kernels
import Platform
import Testing

@testable import Training

/// Groups of shards: each sum is the tree's, whatever the number of groups; memory grows with a level of the tree at
/// most.
@Suite struct MicroStepsTests {
  @Test("parts and merges build the tree of each subtree")
  func sums() {
    for shards in [1, 2, 5, 8, 13, 17] {
      for ranks in 1...4 {
        let reduction = ReductionPlan(shards: shards, ranks: ranks), plan = ShardPlan(shardCount: shards)
        for batch in [1, shards - 1, shards, 3 * shards + 2] where batch > 0 {
          for rank in 0..<ranks {
            for groups in [1, 2, 3, 5, 20] {
              let steps = MicroSteps(plan, reduction, rank: rank, groups: groups, batch: batch)
              let sums = Self.run(steps)
              let inUse = plan.shardsInUse(batch: batch)
              for (tree, subtree) in reduction.subtrees(of: rank).enumerated() where subtree.lowerBound < inUse {
                #expect(sums[[tree, 0]] == Self.reference(subtree, plan, batch: batch))
              }
              #expect(steps.waitingSlots <= 6)
              #expect(groups > 1 || (steps.waitingSlots == 0 && steps.merges.isEmpty))
            }
          }
        }
      }
    }
  }

  /// What each place holds at the end, as text; leaves are named by their rows in the batch.
  private static func run(_ steps: MicroSteps) -> [[Int]: String] {
    var sums: [[Int]: String] = [:]
    for group in steps.groups {
      let first = steps.firstPosition + group.rows.lowerBound
      for part in steps.parts[group.parts] {
        var stack: [String] = []
        for index in part.firstLeaf..<part.firstLeaf + part.leafCount {
          let leaf = steps.leaves[index]
          var value = "\(first + Int(leaf.row_begin))..<\(first + Int(leaf.row_end))"
          for _ in 0..<leaf.merges { value = "(\(stack.removeLast())+\(value))" }
          stack.append(value)
        }
        #expect(stack.count == 1 && Int(steps.leaves[part.firstLeaf].row_begin) >= 0)
        sums[[part.tree, part.slot]] = stack[0]
      }
      for merge in steps.merges[group.merges] {
        sums[[merge.tree, merge.left]] =
          "(\(sums[[merge.tree, merge.left]] ?? "?")+\(sums[[merge.tree, merge.right]] ?? "?"))"
      }
    }
    return sums
  }

  private static func reference(_ node: Range<Int>, _ plan: ShardPlan, batch: Int) -> String {
    guard node.count > 1 else {
      let rows = plan.positions(of: node.lowerBound, batch: batch)
      return "\(rows.lowerBound)..<\(rows.upperBound)"
    }
    let middle = ReductionTree.split(node)
    let left = reference(node.lowerBound..<middle, plan, batch: batch)
    guard middle < plan.shardsInUse(batch: batch) else { return left }
    return "(\(left)+\(reference(middle..<node.upperBound, plan, batch: batch)))"
  }
}
