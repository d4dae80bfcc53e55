internal import Kernels

/// The regularized incomplete beta function, on which the distributions of t, F and binomial counts stand.
package enum IncompleteBeta {
  /// `I_x(a, b) = ∫₀ˣ t^(a−1) (1 − t)^(b−1) dt / B(a, b)`; NaN where a or b is not positive and finite, or x not in
  /// 0...1.
  ///
  /// - Parameter complement: `1 − x`, where it is known better than by subtraction.
  package static func regularized(_ x: Double, complement: Double? = nil, a: Double, b: Double) -> Double {
    let y = complement ?? 1 - x
    guard a > 0, b > 0, a < .infinity, b < .infinity, x >= 0, x <= 1, y >= 0, y <= 1 else { return .nan }
    if x == 0 { return 0 }
    if y == 0 { return 1 }
    let distance = a * y - b * x
    if x < (a + 1) / (a + b + 2) {
      return factor(x: x, y: y, a: a, b: b) / fraction(x: x, y: y, a: a, b: b, distance: distance)
    }
    return 1 - factor(x: x, y: y, a: a, b: b) / fraction(x: y, y: x, a: b, b: a, distance: -distance)
  }

  /// The continued fraction f of `I_x(a, b) = x^a y^b / B(a, b) / f` (A. R. DiDonato and A. H. Morris, Algorithm 708,
  /// ACM Transactions on Mathematical Software 18, 1992, formula 9), by the modified method of Lentz. Quick for `x <
  /// (a + 1)/(a + b + 2)`: at most some `√max(a, b)` terms.
  ///
  /// - Parameter distance: `a y − b x`, on whose digits those of the result depend where a or b is large.
  static func fraction(x: Double, y: Double, a: Double, b: Double, distance: Double) -> Double {
    var result = a / (a + 1) * (distance + 1), c = result, d = 0.0, n = 1.0
    while n < 1e6 {
      let place = a + 2 * n - 1
      let above = (a + n - 1) / place * ((a + b + n - 1) / place) * n * (b - n) * x * x
      let below = n + n * (b - n) * x / place + (a + n) / (place + 2) * (distance + 1 + n * (1 + y))
      d = 1 / (below + above * d)
      c = below + above / c
      let change = c * d
      result *= change
      if (change - 1).magnitude <= 0x1p-53 { break }
      n += 1
    }
    return result
  }

  /// `x^a y^b / B(a, b)`.
  private static func factor(x: Double, y: Double, a: Double, b: Double) -> Double {
    let small = min(a, b), large = max(a, b), sum = a + b
    if large < stirlingFrom {
      let beta = DoubleFunctions.lgamma(a) + DoubleFunctions.lgamma(b) - DoubleFunctions.lgamma(sum)
      return DoubleFunctions.exp(a * logarithm(x, y) + b * logarithm(y, x) - beta)
    }
    if small < stirlingFrom {
      // log Γ(sum) − log Γ(large), both by Stirling, whose large parts cancel in the formula and not in the numbers.
      let ratio =
        (large - 0.5) * DoubleFunctions.log1p(small / large) + small * DoubleFunctions.log(sum) - small
        + stirlingRest(sum) - stirlingRest(large)
      return DoubleFunctions.exp(a * logarithm(x, y) + b * logarithm(y, x) + ratio - DoubleFunctions.lgamma(small))
    }
    // (x·sum/a)^a (y·sum/b)^b √(a b / (2π sum)) e^(…): both powers are of numbers near 1 where the result is not small.
    let distance = x * b - y * a
    let exponent = a * near(distance / a, x * sum / a) + b * near(-distance / b, y * sum / b)
    let scale = (a / sum * b / (2 * Double.pi)).squareRoot()
    return scale * DoubleFunctions.exp(exponent + stirlingRest(sum) - stirlingRest(a) - stirlingRest(b))
  }

  private static let stirlingFrom = 10.0

  /// log x, by its complement where x is near 1.
  private static func logarithm(_ x: Double, _ y: Double) -> Double {
    y < 0.5 ? DoubleFunctions.log1p(-y) : DoubleFunctions.log(x)
  }

  /// log(1 + d), of which the sum is given as well.
  private static func near(_ d: Double, _ sum: Double) -> Double {
    d.magnitude < 0.5 ? DoubleFunctions.log1p(d) : DoubleFunctions.log(sum)
  }

  /// `log Γ(a) − ((a − ½) log a − a + ½ log 2π)`, Stirling's series; for a from 10 on to the last digit.
  private static func stirlingRest(_ a: Double) -> Double {
    let u = 1 / (a * a)
    return
      (1.0 / 12 - u
      * (1.0 / 360 - u * (1.0 / 1260 - u * (1.0 / 1680 - u * (1.0 / 1188 - u * (691.0 / 360360 - u * (1.0 / 156)))))))
      / a
  }
}
