import Kernels

/// The order in which shards are added, written from its definition: `tree(lo, hi)` splits at `lo + ceil((hi − lo) /
/// 2)`, and an empty shard is absent: its parent is the other child.
struct LeafTree {
  /// Leaves of ``samples(rows:)`` at most.
  static let limit = 8

  /// The rows of each shard.
  var shards: [Range<Int>]

  /// As a layer is told: the shards that have rows, each with the sums that are complete once it is done.
  var leaves: [GradientLeaf] {
    var leaves: [(rows: Range<Int>, merges: Int)] = []
    @discardableResult func visit(_ low: Int, _ high: Int) -> Bool {
      guard high - low > 1 else {
        if shards[low].isEmpty { return false }
        leaves.append((shards[low], 0))
        return true
      }
      let middle = low + (high - low + 1) / 2
      let left = visit(low, middle), right = visit(middle, high)
      if left, right { leaves[leaves.count - 1].merges += 1 }
      return left || right
    }
    visit(0, shards.count)
    return leaves.map { GradientLeaf(rows: $0.rows, merges: $0.merges) }
  }

  /// The sum of numbers that each shard has, given by its place.
  func sum(shard value: (Int) -> [Double]) -> [Double] {
    func node(_ low: Int, _ high: Int) -> [Double]? {
      guard high - low > 1 else { return shards[low].isEmpty ? nil : value(low) }
      let middle = low + (high - low + 1) / 2
      guard let left = node(low, middle) else { return node(middle, high) }
      guard let right = node(middle, high) else { return left }
      return zip(left, right).map { $0 + $1 }
    }
    return node(0, shards.count) ?? []
  }

  /// The sum of what each shard has by itself.
  func sum(_ leaf: (Range<Int>) -> [Float]) -> [Float] {
    func node(_ low: Int, _ high: Int) -> [Float]? {
      guard high - low > 1 else { return shards[low].isEmpty ? nil : leaf(shards[low]) }
      let middle = low + (high - low + 1) / 2
      guard let left = node(low, middle) else { return node(middle, high) }
      guard let right = node(middle, high) else { return left }
      return zip(left, right).map { $0 + $1 }
    }
    return node(0, shards.count) ?? []
  }

  /// Trees over so many rows: as a trainer fills them from the front, with absent shards at the end, and with absent
  /// ones between.
  static func samples(rows: Int) -> [LeafTree] {
    func even(_ count: Int, filled: Int) -> LeafTree {
      LeafTree(
        shards: (0..<count).map { $0 < filled ? rows * $0 / filled..<rows * ($0 + 1) / filled : rows..<rows })
    }
    return [even(2, filled: 2), even(3, filled: 3), even(5, filled: 3), even(8, filled: 8), even(8, filled: 5)]
      + [LeafTree(shards: [0..<1, 1..<1, 1..<6, 6..<6, 6..<6, 6..<7, 7..<rows])]
  }
}
