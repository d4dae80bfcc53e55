internal import CPlatform

/// Counters that several threads count down; each on a cache line of its own.
package final class SharedCounters: @unchecked Sendable {
  private static let line = 8
  private let places: UnsafeMutablePointer<UInt64>
  private let count: Int

  package init(count: Int) {
    self.count = count
    places = .allocate(capacity: max(1, count) * Self.line)
    places.initialize(repeating: 0, count: max(1, count) * Self.line)
  }

  deinit {
    places.deallocate()
  }

  /// Sets a counter, while nobody else uses it.
  package func set(_ counter: Int, to value: Int) { ck_store_release(places + counter * Self.line, UInt64(value)) }

  /// Counts down by one; what this thread wrote before, another sees once it has seen the new value.
  package func countDown(_ counter: Int) { ck_count_down(places + counter * Self.line) }

  /// The value, with the order of an acquire.
  package func value(of counter: Int) -> Int { Int(ck_load_acquire(places + counter * Self.line)) }
}
