/// A number as an unevaluated sum of two doubles, with some 31 digits (Dekker 1971).
struct DoublePair: Sendable, Equatable {
  let high: Double
  let low: Double

  /// The sum of two numbers, of which the second may not be the larger.
  init(_ large: Double, _ small: Double) {
    high = large + small
    low = small - (high - large)
  }

  var value: Double { high + low }

  func times(_ other: DoublePair) -> DoublePair {
    let product = high * other.high
    let rest = (-product).addingProduct(high, other.high)
    return DoublePair(product, rest + (high * other.low + low * other.high))
  }

  func divided(by other: DoublePair) -> DoublePair {
    let quotient = high / other.high
    let rest = high.addingProduct(-quotient, other.high)
    return DoublePair(quotient, (rest + low - quotient * other.low) / other.high)
  }

  func squareRoot() -> DoublePair {
    let root = high.squareRoot()
    guard root > 0 else { return DoublePair(root, 0) }
    return DoublePair(root, (high.addingProduct(-root, root) + low) / (2 * root))
  }

  /// By repeated squaring.
  func power(_ exponent: Int) -> DoublePair {
    var result = DoublePair(1, 0), base = self, rest = exponent
    while rest > 0 {
      if rest % 2 == 1 { result = result.times(base) }
      rest /= 2
      if rest > 0 { base = base.times(base) }
    }
    return result
  }
}
