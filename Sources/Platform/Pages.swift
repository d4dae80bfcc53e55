internal import CPlatform

/// Memory in pages, as `mmap` gives it.
package enum Pages {
  /// Makes a mapping of this process larger, elsewhere where there is no room behind it; its pages move without a copy.
  ///
  /// - Returns: where it lies now; nil where the system gives no more, and nothing has changed.
  package static func move(
    _ base: UnsafeMutableRawPointer, from byteCount: Int, to larger: Int
  ) -> UnsafeMutableRawPointer? {
    ck_move_pages(base, byteCount, larger)
  }
}
