internal import Glibc

/// Memory at a fixed address, freed with its owner: on 64-byte borders; from 4 MiB on, on those of pages, with huge
/// pages asked for.
package final class AlignedMemory {
  /// The border, a cache line and an AVX-512 register.
  package static let alignment = 64

  /// The first byte; valid also when no byte was asked for.
  package let base: UnsafeMutableRawPointer

  /// Allocates `byteCount` bytes, filled with zeros unless somebody else writes each of them.
  package init(byteCount: Int, isCleared: Bool = true) {
    let byteCount = max(byteCount, Self.alignment)
    let isLarge = byteCount >= hugePageThreshold
    base = .allocate(byteCount: byteCount, alignment: isLarge ? 4096 : Self.alignment)
    if isLarge {
      // Advice only: where it is refused, ordinary pages serve.
      _ = madvise(base, byteCount, adviceHugePages)
    }
    if isCleared { base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
  }

  deinit {
    base.deallocate()
  }

  /// `byteCount` rounded up to the next border.
  package static func rounded(_ byteCount: Int) -> Int {
    (byteCount + alignment - 1) / alignment * alignment
  }
}

private let hugePageThreshold = 4 << 20
/// MADV_HUGEPAGE of Linux, which the C library's Swift module does not always carry.
private let adviceHugePages: Int32 = 14
