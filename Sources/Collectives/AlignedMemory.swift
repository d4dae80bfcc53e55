/// Memory on 64-byte borders, freed with its owner.
final class AlignedMemory {
  /// The border, a cache line and an AVX-512 register.
  static let alignment = 64

  /// The first byte; valid also when `byteCount` is 0.
  let base: UnsafeMutableRawPointer

  /// Allocates `byteCount` bytes, filled with zeros unless somebody else writes each of them.
  init(byteCount: Int, isCleared: Bool = true) {
    base = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
    if isCleared { base.initializeMemory(as: UInt8.self, repeating: 0, count: max(byteCount, 1)) }
  }

  deinit {
    base.deallocate()
  }

  /// `byteCount` rounded up to the next border.
  static func rounded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}
