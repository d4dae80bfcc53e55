internal import CPlatform

/// A counter in memory that several processes share; one writes, the others look.
///
/// What the writer wrote before raising it, a reader sees after having seen the new value.
package struct SharedFlag: @unchecked Sendable {
  private let place: UnsafeMutablePointer<UInt64>

  /// - Parameter place: 8 aligned bytes, zero at first.
  package init(_ place: UnsafeMutableRawPointer) {
    self.place = place.assumingMemoryBound(to: UInt64.self)
  }

  /// Reads it, with the order of an acquire.
  package var value: UInt64 { ck_load_acquire(place) }

  /// Writes it, with the order of a release.
  package func raise(to value: UInt64) { ck_store_release(place, value) }
}
