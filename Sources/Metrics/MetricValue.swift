package import Specs

/// A number that an evaluation yields, by name; where there is none, why.
package struct MetricValue: Sendable {
  package let name: String
  /// NaN or infinite where there is no number to show.
  package let value: Double
  private let cause: String?

  /// - Parameter cause: why there is no number, where that is known; of no meaning where there is one.
  package init(_ name: String, _ value: Double, because cause: String? = nil) {
    self.name = name
    self.value = value
    self.cause = cause
  }

  /// `part / whole` for sums over samples; without a sample of any weight there is no value.
  package static func share(
    _ name: String, _ part: Double, of whole: Double, because cause: String? = nil
  ) -> MetricValue {
    whole > 0 ? MetricValue(name, part / whole, because: cause) : MetricValue(name, .nan, because: noRows)
  }

  /// Why there is no number; nil where there is one.
  package var reason: String? {
    if value.isFinite { return nil }
    return cause ?? (value.isNaN ? "the result is not a number" : "the result is too large for a number")
  }

  static let noRows = "no row has a weight above 0"

  /// Why numbers that JSON shows as null are none, as the member `undefined` of the same object; nothing where all are numbers.
  package static func undefined(_ values: [MetricValue]) -> [ConfigValue.Member] {
    let reasons = values.compactMap { value in value.reason.map { ConfigValue.Member(value.name, .string($0)) } }
    return reasons.isEmpty ? [] : [.init("undefined", .object(reasons))]
  }
}
