internal import Collectives
internal import Kernels
internal import Platform

/// How one rank works through its shards of a batch: in one group or in several, one after the other.
///
/// A group's rows are all in memory at once, so more groups need less memory for activations. A group's gradients are
/// summed as far as the tree goes inside it; what the tree joins across groups waits in further gradient buffers, at
/// most one for each level of the tree, and is joined as soon as both sides are there. So the bits do not depend on the
/// number of groups.
final class MicroSteps {
  /// One sum over shards: a maximal subtree inside a group and inside one of the rank's subtrees.
  struct Part {
    /// The rank's subtree, counted from 0.
    var tree: Int
    /// Where the sum goes: 0 is the subtree's own partial sum, others are waiting places.
    var slot: Int
    var firstLeaf: Int
    var leafCount: Int
  }

  /// An addition once a group's sums are there: slot `left` += slot `right`.
  struct Merge {
    var tree: Int
    var left: Int
    var right: Int
  }

  struct Group {
    var shards: Range<Int>
    /// Counted from the rank's first row.
    var rows: Range<Int>
    var parts: Range<Int>
    var merges: Range<Int>
  }

  /// Samples of the batch.
  let batch: Int
  let groups: [Group]
  let parts: [Part]
  /// In order.
  let merges: [Merge]
  /// Rows count from the group's first.
  let leaves: [GradientLeaf]
  /// Places for waiting sums.
  var waitingSlots: Int { parts.reduce(0) { max($0, $1.slot) } }
  /// The most rows of a group.
  var rowCapacity: Int { groups.reduce(0) { max($0, $1.rows.count) } }
  /// The position in the batch of the rank's first row.
  let firstPosition: Int

  init(_ plan: ShardPlan, _ reduction: ReductionPlan, rank: Int, groups count: Int, batch: Int) {
    let shards = reduction.shards(of: rank), inUse = plan.shardsInUse(batch: batch)
    let firstPosition = plan.positions(of: shards, batch: batch).lowerBound
    var groups: [Group] = [], parts: [Part] = [], merges: [Merge] = [], leaves: [GradientLeaf] = []
    // For each of the rank's subtrees, the slots of the sums that are not yet joined, and those of the group at work.
    var open = [[Int]](repeating: [], count: reduction.subtrees(of: rank).count)
    for index in 0..<count {
      let cut =
        shards.lowerBound + shards.count * index / count..<shards.lowerBound + shards.count * (index + 1) / count
      guard !cut.isEmpty else { continue }
      let positions = plan.positions(of: cut, batch: batch)
      let firstPart = parts.count, firstMerge = merges.count
      for (tree, subtree) in reduction.subtrees(of: rank).enumerated() {
        var taken = Set(open[tree])
        for node in ReductionTree.maximalSubtrees(of: subtree, inside: cut) where node.lowerBound < inUse {
          let present = node.lowerBound..<min(node.upperBound, inUse)
          let last = present.upperBound - 1
          let joins =
            Self.merges(after: last, in: subtree, present: inUse) - Self.merges(after: last, in: node, present: inUse)
          let slot = (0...).first { !taken.contains($0) } ?? 0
          taken.insert(slot)
          parts.append(Part(tree: tree, slot: slot, firstLeaf: leaves.count, leafCount: present.count))
          open[tree].append(slot)
          for _ in 0..<joins {
            let right = open[tree].removeLast()
            merges.append(Merge(tree: tree, left: open[tree].last ?? 0, right: right))
          }
          for shard in present {
            let rows = plan.positions(of: shard, batch: batch)
            leaves.append(
              GradientLeaf(
                rows: rows.lowerBound - positions.lowerBound..<rows.upperBound - positions.lowerBound,
                merges: Self.merges(after: shard, in: node, present: inUse)))
          }
        }
      }
      groups.append(
        Group(
          shards: cut, rows: positions.lowerBound - firstPosition..<positions.upperBound - firstPosition,
          parts: firstPart..<parts.count, merges: firstMerge..<merges.count))
    }
    self.batch = batch
    self.groups = groups
    self.parts = parts
    self.merges = merges
    self.firstPosition = firstPosition
    self.leaves = leaves
  }

  /// How many nodes of the tree are complete once this leaf is done, given the leaves before it.
  ///
  /// A node is complete after its last leaf that is present; a node whose right side is absent is its left side, no
  /// merge.
  static func merges(after shard: Int, in subtree: Range<Int>, present: Int) -> Int {
    var node = subtree, merges = 0
    while node.count > 1 {
      let middle = ReductionTree.split(node), end = min(node.upperBound, present)
      if middle < end, shard == end - 1 { merges += 1 }
      node = shard < middle ? node.lowerBound..<middle : middle..<node.upperBound
    }
    return merges
  }
}
