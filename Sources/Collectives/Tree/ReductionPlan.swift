/// Which rank owns which shards, and the order in which the ranks' partial sums are added.
///
/// Each rank owns a contiguous range. For a power of two of ranks the ranges are cut like the tree itself, so each rank
/// holds one subtree and sends one partial sum. For other numbers the ranges are balanced, and a rank sends the sums of
/// the maximal subtrees inside its range (at most `2 log2(shards)`). With more ranks than shards some ranks own
/// nothing.
package struct ReductionPlan: Sendable {
  /// One addition: leaf `left` += leaf `right`.
  ///
  /// Leaves are numbered in shard order over all ranks.
  struct Step: Sendable, Equatable {
    var left: Int
    var right: Int
  }

  /// The number of shards, 1 or more.
  package let shards: Int
  /// The number of ranks, 1 or more.
  package let ranks: Int
  private let ranges: [Range<Int>]
  private let subtreesByRank: [[Range<Int>]]
  /// The index of each rank's first leaf, and the number of leaves at the end.
  let firstLeaf: [Int]
  /// The additions of the whole tree in order; the sum ends in leaf 0.
  ///
  /// Leaves present are always the first ones, so the program for fewer shards is this one without the steps whose
  /// right side is absent: a node with an absent child is the other child.
  let steps: [Step]
  /// For each number of shards in use, how many leaves hold at least one of them.
  private let leavesPresent: [Int]

  /// Cuts `shards` among `ranks`.
  package init(shards: Int, ranks: Int) {
    precondition(shards >= 1 && ranks >= 1, "a plan needs a shard and a rank")
    self.init(shards: shards, ranges: Self.cut(shards: shards, ranks: ranks))
  }

  /// A plan for owners of these shards, in order; together all of them.
  init(shards: Int, ranges: [Range<Int>]) {
    self.shards = shards
    ranks = ranges.count
    self.ranges = ranges
    subtreesByRank = ranges.map { ReductionTree.maximalSubtrees(of: 0..<shards, inside: $0) }
    var first = [0]
    for subtrees in subtreesByRank { first.append((first.last ?? 0) + subtrees.count) }
    firstLeaf = first

    let leaves = subtreesByRank.flatMap { $0 }
    let leafStartingAt = Dictionary(uniqueKeysWithValues: leaves.enumerated().map { ($1.lowerBound, $0) })
    var steps: [Step] = []
    /// Appends the additions of a node; its sum ends in the leaf that starts where the node starts.
    func append(_ node: Range<Int>) -> Int {
      if let leaf = leafStartingAt[node.lowerBound], leaves[leaf] == node { return leaf }
      let middle = ReductionTree.split(node)
      let left = append(node.lowerBound..<middle)
      let right = append(middle..<node.upperBound)
      steps.append(Step(left: left, right: right))
      return left
    }
    _ = append(0..<shards)
    self.steps = steps
    leavesPresent = (0...shards).map { used in leaves.count { $0.lowerBound < used } }
  }

  /// The shards a rank computes.
  package func shards(of rank: Int) -> Range<Int> {
    ranges[rank]
  }

  /// The maximal subtrees inside a rank's shards, in order: one partial sum each.
  package func subtrees(of rank: Int) -> [Range<Int>] {
    subtreesByRank[rank]
  }

  /// The number of partial sums a rank holds.
  func leafCount(of rank: Int) -> Int {
    firstLeaf[rank + 1] - firstLeaf[rank]
  }

  /// How many leaves, from the first, hold samples when shards `0 ..< shardsInUse` do.
  func presentLeaves(shardsInUse: Int) -> Int {
    precondition(shardsInUse >= 0 && shardsInUse <= shards, "shards in use out of range")
    return leavesPresent[shardsInUse]
  }

  private static func cut(shards: Int, ranks: Int) -> [Range<Int>] {
    guard ranks & (ranks - 1) == 0 else {
      return (0..<ranks).map { $0 * shards / ranks..<($0 + 1) * shards / ranks }
    }
    var ranges = [0..<shards]
    while ranges.count < ranks {
      ranges = ranges.flatMap { range in
        let middle = ReductionTree.split(range)
        return [range.lowerBound..<middle, middle..<range.upperBound]
      }
    }
    return ranges
  }
}
