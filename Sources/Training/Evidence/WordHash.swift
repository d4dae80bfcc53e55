/// A 64-bit hash of words of 4 bytes, which may come in pieces: quick, not meant against intent.
struct WordHash {
  /// Four chains side by side, so that their multiplications overlap.
  private var a: UInt64 = 1, b: UInt64 = 2, c: UInt64 = 3, d: UInt64 = 4

  var value: UInt64 { Self.mix(Self.mix(a, b), Self.mix(c, d)) }

  /// Adds words, aligned or not; in all pieces but the last a number of them that 4 divides.
  mutating func add(_ words: UnsafeRawBufferPointer) {
    func word(_ place: Int) -> UInt64 { UInt64(words.loadUnaligned(fromByteOffset: place, as: UInt32.self)) }
    var (a, b, c, d) = (a, b, c, d), place = 0
    while place + 16 <= words.count {
      a = Self.mix(a, word(place))
      b = Self.mix(b, word(place + 4))
      c = Self.mix(c, word(place + 8))
      d = Self.mix(d, word(place + 12))
      place += 16
    }
    while place < words.count {
      a = Self.mix(a, word(place))
      place += 4
    }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 29)
  }
}
