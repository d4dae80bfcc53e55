/// What one exchange costs one rank.
package struct AllReduceCost: Sendable, Equatable {
  /// Rounds of messages or flags, each waiting for the one before: the number of latencies.
  package var steps: Int
  /// Bytes the rank sends in messages.
  package var bytes: Int

  package init(steps: Int, bytes: Int) {
    self.steps = steps
    self.bytes = bytes
  }

  static func += (sum: inout AllReduceCost, other: AllReduceCost) {
    sum.steps += other.steps
    sum.bytes += other.bytes
  }
}
