/// Looks for bytes of a text, eight at a time.
struct ByteSearch {
  // Each byte of a word the one that is looked for.
  private let first: UInt64
  private let second: UInt64
  private let third: UInt64

  init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
    let each: UInt64 = 0x0101_0101_0101_0101
    (self.first, self.second, self.third) = (UInt64(first) * each, UInt64(second) * each, UInt64(third) * each)
  }

  /// The first place from one on, and before another one, with one of the bytes; the other one where there is none.
  @inline(__always)
  func place(in base: UnsafePointer<UInt8>, from start: Int, upTo end: Int) -> Int {
    var place = start
    while place + 8 <= end {
      let raw = UnsafeRawPointer(base + place)
      let word = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
      let found = Self.zeros(word ^ first) | Self.zeros(word ^ second) | Self.zeros(word ^ third)
      guard found == 0 else { return place + found.trailingZeroBitCount >> 3 }
      place += 8
    }
    while place < end {
      let byte = UInt64(base[place])
      if byte == first & 0xff || byte == second & 0xff || byte == third & 0xff { return place }
      place += 1
    }
    return end
  }

  /// The highest bit of each byte that is 0, and maybe of bytes behind one that is.
  @inline(__always)
  private static func zeros(_ word: UInt64) -> UInt64 {
    (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
  }
}
