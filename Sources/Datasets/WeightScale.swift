/// The power of two that weights are multiplied with on their way to float32, so that only their ratios matter.
///
/// Where the largest weight is between 2⁻²⁰ and 2²⁰ it is 1: usual weights stay as they are. Beyond, the largest comes
/// to lie between 1 and 2. Powers of two change no bit of a loss that divides by the sum of weights.
package struct WeightScale: Sendable, Equatable {
  /// A weight below this share of the largest would leave float32 once it is multiplied with a gradient.
  private static let leastShare = -100
  private static let usual = -20...20
  private static let fraction: UInt64 = 1 << 52 - 1

  /// log₂ of the factor.
  package private(set) var exponent = 0
  /// log₂ of the largest weight, rounded down.
  private var largest = 0

  /// As they are.
  package init() {}

  /// One that was chosen before.
  init(exponent: Int) { self.exponent = exponent }

  /// - Parameter weights: finite and ≥ 0; nil is returned where all are 0.
  package init?(_ weights: some Sequence<Double>) {
    // By bits and exponents, because arithmetic may flush subnormal numbers to 0.
    guard let most = weights.lazy.map(\.magnitude.bitPattern).max(), most > 0 else { return nil }
    largest = Int(Double(bitPattern: most).exponent)
    exponent = Self.usual.contains(largest) ? 0 : -largest
  }

  /// Whether a weight counts: 0, or not lost beside the largest.
  package func keeps(_ weight: Double) -> Bool {
    weight.magnitude.bitPattern == 0 || Int(weight.exponent) - largest >= Self.leastShare
  }

  package func callAsFunction(_ weight: Double) -> Float {
    guard exponent != 0 else { return Float(weight) }
    // By bits: where rows are fetched, arithmetic takes subnormal numbers for 0.
    let bits = weight.magnitude.bitPattern
    guard bits != 0 else { return 0 }
    var power = Int(bits >> 52), fraction = bits & Self.fraction
    if power == 0 {
      let shift = fraction.leadingZeroBitCount - 11
      (power, fraction) = (1 - shift, fraction << UInt64(shift) & Self.fraction)
    }
    let significand = Double(bitPattern: 1023 << 52 | fraction)
    return Float(sign: .plus, exponent: power - 1023 + exponent, significand: Float(significand))
  }
}
