/// A 64-bit hash of bytes that come in pieces of any length: quick, not meant against intent.
///
/// For bytes of one length each step is a bijection of what it adds, so that a file with one changed byte never has the
/// hash of the other.
package struct ContentHash {
  /// Four chains side by side, so that their multiplications overlap.
  private var a: UInt64 = 1, b: UInt64 = 2, c: UInt64 = 3, d: UInt64 = 4
  private var byteCount: UInt64 = 0
  /// Bytes that make up no block yet.
  private var rest: [UInt8] = []

  private static let block = 32

  /// That of some bytes.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = ContentHash()
    hash.add(bytes)
    return hash.value
  }

  package static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }

  /// Adds bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var bytes = bytes[...]
    if !rest.isEmpty {
      let missing = min(Self.block - rest.count, bytes.count)
      rest += bytes.prefix(missing)
      bytes = bytes.dropFirst(missing)
      guard rest.count == Self.block else { return }
      rest.withUnsafeBytes { addBlocks($0) }
      rest.removeAll(keepingCapacity: true)
    }
    let whole = bytes.count / Self.block * Self.block
    addBlocks(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)))
    rest += bytes.dropFirst(whole)
  }

  /// The hash of all bytes so far.
  var value: UInt64 {
    var last = self
    if !last.rest.isEmpty {
      last.rest += [UInt8](repeating: 0, count: Self.block - last.rest.count)
      let block = last.rest
      block.withUnsafeBytes { last.addBlocks($0) }
    }
    let words = Self.mix(Self.mix(last.a, last.b), Self.mix(last.c, last.d))
    return Self.mix(words, last.byteCount)
  }

  private mutating func addBlocks(_ bytes: UnsafeRawBufferPointer) {
    func word(_ place: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
    var (a, b, c, d) = (a, b, c, d), place = 0
    while place + Self.block <= bytes.count {
      a = Self.mix(a, word(place))
      b = Self.mix(b, word(place + 8))
      c = Self.mix(c, word(place + 16))
      d = Self.mix(d, word(place + 24))
      place += Self.block
    }
    (self.a, self.b, self.c, self.d) = (a, b, c, d)
  }

  private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 29)
  }
}
