internal import Synchronization

/// Numbers that threads and processes take one after the other, each number once: work that goes to whoever is free.
package struct SharedTickets: @unchecked Sendable {
  /// Bytes that it needs, a cache line.
  package static let byteCount = 64
  private let next: UnsafeMutablePointer<Atomic<Int>>

  /// - Parameter place: ``byteCount`` aligned bytes, zero at first, that all who take numbers share.
  package init(_ place: UnsafeMutableRawPointer) { next = place.assumingMemoryBound(to: Atomic<Int>.self) }

  /// The next number, from 0 on.
  package func take() -> Int { next.pointee.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue }

  /// Numbers that were taken.
  package var taken: Int { next.pointee.load(ordering: .acquiring) }

  /// Begins at 0 again, while nobody takes one.
  package func reset() { next.pointee.store(0, ordering: .releasing) }
}
