/// A seeded bijection of `0 ..< count` onto itself that needs no memory.
///
/// A balanced Feistel network of eight rounds permutes the smallest `4^k ≥ count` numbers; what falls outside is permuted again
/// until it falls inside (cycle walking: J. Black, P. Rogaway, Ciphers with Arbitrary Finite Domains, 2002). At most four
/// walks are expected per index.
struct IndexPermutation: Sendable {
  /// What the permutation is for: different purposes of one seed are independent.
  enum Purpose: UInt64 {
    case shuffle = 1
    case split = 2
  }

  let count: Int
  private let halfBits: UInt64
  private let key: UInt64

  init(count: Int, seed: UInt64, purpose: Purpose, epoch: Int) {
    precondition(count >= 0, "a permutation needs a count ≥ 0")
    self.count = count
    var halfBits: UInt64 = 1
    while halfBits < 31, 1 << (2 * halfBits) < count { halfBits += 1 }
    self.halfBits = halfBits
    key = Self.mix(Self.mix(Self.mix(seed) ^ purpose.rawValue) ^ UInt64(bitPattern: Int64(epoch)))
  }

  /// Where index `index` goes.
  subscript(index: Int) -> Int {
    precondition(index >= 0 && index < count, "index outside the permutation")
    let mask: UInt64 = 1 << halfBits - 1
    var value = UInt64(index)
    repeat {
      var left = value >> halfBits, right = value & mask
      for round in 1...8 as ClosedRange<UInt64> {
        (left, right) = (right, left ^ (Self.mix(key &+ round << 32 &+ right) & mask))
      }
      value = left << halfBits | right
    } while value >= UInt64(count)
    return Int(value)
  }

  /// The finalizer of SplitMix64.
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
