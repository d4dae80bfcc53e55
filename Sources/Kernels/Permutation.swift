/// A seeded order of `0..<count` in constant memory: a Feistel network on the smallest even number of bits (at least 6)
/// that holds `count`, walked along its cycle until it falls inside (Black & Rogaway 2002).
///
/// Element `i` of the order is a pure function of (count, seed, purpose, epoch).
package struct Permutation: Sendable {
  /// Number of elements.
  package let count: Int
  private let halfBits: UInt64
  private let roundKeys: RoundKeys

  private typealias RoundKeys = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  /// The order of one epoch.
  /// - Parameters:
  ///   - count: Number of elements, 0 or more.
  ///   - seed: The run's seed.
  ///   - purpose: What is ordered.
  ///   - epoch: Index of the epoch.
  package init(count: Int, seed: UInt64, purpose: RandomPurpose = .shuffle, epoch: UInt64) {
    precondition(count >= 0, "an order cannot have a negative number of elements")
    self.count = count
    let bits = max(6, UInt64.bitWidth - UInt64(max(count - 1, 0)).leadingZeroBitCount)
    halfBits = UInt64((bits + 1) / 2)
    let stream = RandomStream(seed: seed, purpose: purpose, index: epoch, item: UInt64(count))
    func key(_ round: UInt64) -> UInt64 { UInt64(stream.word(2 * round)) << 32 | UInt64(stream.word(2 * round + 1)) }
    roundKeys = (key(0), key(1), key(2), key(3), key(4), key(5), key(6), key(7))
  }

  /// The element at place `index` of the order, in `0..<count`.
  /// - Complexity: O(1) expected: at most 4 walks on average from 17 elements on, at most 64 ever below.
  package subscript(index: Int) -> Int {
    precondition(index >= 0 && index < count, "index outside the order")
    var value = UInt64(index)
    repeat { value = shuffled(value) } while value >= UInt64(count)
    return Int(value)
  }

  /// One pass through the network, a bijection on `2 * halfBits` bits.
  private func shuffled(_ value: UInt64) -> UInt64 {
    let mask = (1 << halfBits) - 1 as UInt64
    var left = value >> halfBits
    var right = value & mask
    func round(_ key: UInt64) {
      (left, right) = (right, left ^ (mixed(right ^ key) & mask))
    }
    round(roundKeys.0)
    round(roundKeys.1)
    round(roundKeys.2)
    round(roundKeys.3)
    round(roundKeys.4)
    round(roundKeys.5)
    round(roundKeys.6)
    round(roundKeys.7)
    return left << halfBits | right
  }
}

/// The finalizer of SplitMix64 (Steele, Lea & Flood 2014): every input bit reaches every output bit.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9e37_79b9_7f4a_7c15
  z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}
