/// The one order in which the shards of a batch are added up.
///
/// `tree(lo, hi)` of more than one shard is `tree(lo, mid) + tree(mid, hi)` with `mid = lo + ceil((hi - lo) / 2)`. An
/// empty shard is absent: its parent is the other child, never an addition of 0, which would turn -0 into +0. The
/// samples of a batch fill the shards from the front, so the shards present are always `0 ..< present`.
package enum ReductionTree {
  /// Where the node over `shards` is cut in two; the left part is the larger one.
  package static func split(_ shards: Range<Int>) -> Int {
    shards.lowerBound + (shards.count + 1) / 2
  }

  /// The largest subtrees of a node that lie inside a range of shards, in order.
  package static func maximalSubtrees(of node: Range<Int>, inside range: Range<Int>) -> [Range<Int>] {
    guard node.overlaps(range) else { return [] }
    if range.lowerBound <= node.lowerBound && node.upperBound <= range.upperBound { return [node] }
    let middle = split(node)
    return maximalSubtrees(of: node.lowerBound..<middle, inside: range)
      + maximalSubtrees(of: middle..<node.upperBound, inside: range)
  }

  /// Adds up one value per shard, in tree order.
  ///
  /// - Parameters:
  ///   - values: one value per shard.
  ///   - present: shards `0 ..< present` hold samples; the values of the others are not read.
  /// - Returns: the sum; 0 when no shard is present.
  package static func sum(_ values: UnsafeBufferPointer<Double>, present: Int) -> Double {
    precondition(present >= 0 && present <= values.count, "present shards out of range")
    return present == 0 ? 0 : sum(values, over: 0..<values.count, present: present)
  }

  /// Adds up one value per shard, in tree order; see ``sum(_:present:)-(UnsafeBufferPointer<Double>,_)``.
  package static func sum(_ values: [Double], present: Int) -> Double {
    values.withUnsafeBufferPointer { sum($0, present: present) }
  }

  private static func sum(_ values: UnsafeBufferPointer<Double>, over shards: Range<Int>, present: Int) -> Double {
    if shards.count == 1 { return values[shards.lowerBound] }
    let middle = split(shards)
    let left = sum(values, over: shards.lowerBound..<middle, present: present)
    guard middle < present else { return left }
    return left + sum(values, over: middle..<shards.upperBound, present: present)
  }

  /// Adds up a node whose parts may be summed already; allocates nothing.
  ///
  /// - Parameters:
  ///   - present: as in ``sum(_:present:)-(UnsafeBufferPointer<Double>,_)``; the node's first shard is.
  ///   - known: the sum of a node, where that is known: at the latest that of a shard.
  package static func sum(over node: Range<Int>, present: Int, known: (Range<Int>) -> Double?) -> Double {
    if let sum = known(node) { return sum }
    precondition(node.count > 1, "the sum of a shard is known")
    let middle = split(node)
    let left = sum(over: node.lowerBound..<middle, present: present, known: known)
    guard middle < present else { return left }
    return left + sum(over: middle..<node.upperBound, present: present, known: known)
  }

  /// Combines one value per shard, in tree order, for values that are more than a number.
  ///
  /// - Parameters:
  ///   - shards: the number of leaves of the tree.
  ///   - present: shards `0 ..< present` hold samples; the others are not asked for.
  ///   - leaf: the value of one shard.
  ///   - combine: left child, right child to parent.
  /// - Returns: the root's value; nil when no shard is present.
  package static func fold<Value>(
    shards: Int, present: Int, leaf: (Int) throws -> Value, combine: (Value, Value) throws -> Value
  ) rethrows -> Value? {
    precondition(present >= 0 && present <= shards, "present shards out of range")
    guard present > 0 else { return nil }
    return try fold(over: 0..<shards, present: present, leaf: leaf, combine: combine)
  }

  private static func fold<Value>(
    over shards: Range<Int>, present: Int, leaf: (Int) throws -> Value, combine: (Value, Value) throws -> Value
  ) rethrows -> Value {
    if shards.count == 1 { return try leaf(shards.lowerBound) }
    let middle = split(shards)
    let left = try fold(over: shards.lowerBound..<middle, present: present, leaf: leaf, combine: combine)
    guard middle < present else { return left }
    let right = try fold(over: middle..<shards.upperBound, present: present, leaf: leaf, combine: combine)
    return try combine(left, right)
  }
}
