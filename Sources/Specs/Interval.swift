/// The range a number in a config may take.
package struct Interval: Sendable, Equatable {
  package var lower: Double
  package var upper: Double
  package var includesLower: Bool
  package var includesUpper: Bool

  /// Any finite number.
  package static let any = Interval(-.infinity, .infinity)
  /// Greater than 0.
  package static let positive = Interval(0, .infinity, includesLower: false)
  /// 0 or greater.
  package static let nonNegative = Interval(0, .infinity)
  /// Greater than 0, and a number in float32 as well: neither 0 nor infinite there.
  package static let positiveFloat = Interval(1e-30, 1e30)
  /// From 0 to 1, both included.
  package static let unit = Interval(0, 1)
  /// From 0 to 1, both included.
  package static let unitOpen = Interval(0, 1, includesUpper: false)

  package init(_ lower: Double, _ upper: Double, includesLower: Bool = true, includesUpper: Bool = true) {
    self.lower = lower
    self.upper = upper
    self.includesLower = includesLower
    self.includesUpper = includesUpper
  }

  package func contains(_ value: Double) -> Bool {
    value.isFinite && (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }

  /// The range in words, as an error message says it.
  package var words: String {
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): return "a finite number"
    case (true, false): return "a number \(includesLower ? "≥" : ">") \(short(lower))"
    case (false, true): return "a number \(includesUpper ? "≤" : "<") \(short(upper))"
    case (true, true):
      let from = (includesLower ? "≥ " : "> ") + short(lower)
      return "a number \(from) and \(includesUpper ? "≤" : "<") \(short(upper))"
    }
  }

  /// A legal value, to describe a spec that needs one.
  var example: Double {
    if contains(0.5) { return 0.5 }
    if contains(1) { return 1 }
    return lower.isFinite ? (upper.isFinite ? (lower + upper) / 2 : lower + 1) : 0
  }

  private func short(_ value: Double) -> String { ConfigValue.number(value).compactText }
}
