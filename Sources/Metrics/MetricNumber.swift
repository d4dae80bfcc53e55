/// A number that an evaluation yields; where there is none, why.
package struct MetricNumber: Sendable {
  /// NaN or infinite where there is no number to show.
  package let value: Double
  private let cause: String?

  /// - Parameter cause: why there is no number, where that is known; of no meaning where there is one.
  package init(_ value: Double, because cause: String? = nil) {
    self.value = value
    self.cause = cause
  }

  /// `part / whole` for sums over samples; without a sample of any weight there is no value.
  package static func share(_ part: Double, of whole: Double, because cause: String? = nil) -> MetricNumber {
    whole > 0 ? MetricNumber(part / whole, because: cause) : MetricNumber(.nan, because: noRows)
  }

  /// Why there is no number; nil where there is one.
  package var reason: String? {
    if value.isFinite { return nil }
    return cause ?? (value.isNaN ? "the result is not a number" : "the result is too large for a number")
  }

  static let noRows = "no row has a weight above 0"
}

extension MetricNumber: Equatable {
  /// Numbers are equal, and so are two that are none for the same reason.
  package static func == (a: Self, b: Self) -> Bool {
    a.reason == b.reason && (a.reason != nil || a.value == b.value)
  }
}
