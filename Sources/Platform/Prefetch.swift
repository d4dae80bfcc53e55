internal import CPlatform

/// Starts to fetch memory into the cache, without waiting for it.
///
/// Rows in random order are what hardware cannot foresee: asked for while the row before is copied, they come at
/// several times the speed.
package func prefetch(_ first: UnsafeRawPointer, byteCount: Int) {
  ck_prefetch(first.assumingMemoryBound(to: CChar.self), byteCount)
}
