import Synchronization

/// The definition of the reduction, written a second time as plainly as possible.
enum Reference {
  /// What was computed before: every rank and every length asks for the same shards.
  private static let known = Mutex<(gradients: [Int: [Float]], sums: [[Int]: [Float]])>(([:], [:]))

  /// A number that depends on its place alone, of any sign and widely varying size, so that the order of additions
  /// matters.
  static func value(shard: Int, index: Int) -> Float {
    var bits = UInt64(shard &+ 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03
    bits = (bits ^ (bits >> 31)) &* 0xBF58_476D_1CE4_E5B9
    bits ^= bits >> 29
    let mantissa = Float(Int32(truncatingIfNeeded: bits)) / 0x1p31
    return mantissa * (1 + Float((bits >> 40) % 64))
  }

  /// The gradient of one shard.
  static func gradient(shard: Int, count: Int) -> [Float] {
    known.withLock { known in
      if let longer = known.gradients[shard], longer.count >= count { return Array(longer.prefix(count)) }
      let gradient = (0..<count).map { value(shard: shard, index: $0) }
      known.gradients[shard] = gradient
      return gradient
    }
  }

  /// The sum of a node of the tree; nil when none of its shards is in use.
  static func sum(_ shards: Range<Int>, inUse: Int, count: Int) -> [Float]? {
    if shards.count == 1 {
      return shards.lowerBound < inUse ? gradient(shard: shards.lowerBound, count: count) : nil
    }
    let key = [shards.lowerBound, shards.upperBound, inUse, count]
    if let sum = known.withLock({ $0.sums[key] }) { return sum }
    let half = Int((Double(shards.count) / 2).rounded(.up))
    let middle = shards.lowerBound + half
    let left = sum(shards.lowerBound..<middle, inUse: inUse, count: count)
    let right = sum(middle..<shards.upperBound, inUse: inUse, count: count)
    guard let left, let right else { return left ?? right }
    let sum = zip(left, right).map { $0 + $1 }
    known.withLock { $0.sums[key] = sum }
    return sum
  }

  static func bits(_ values: [Float]) -> [UInt32] {
    values.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
  }
}
