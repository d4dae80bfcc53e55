internal import Kernels

/// Student's t distribution with any positive number of degrees of freedom.
///
/// Tails, center and density have relative errors below 1e-13 from 1 to 10⁶ degrees, down to the smallest normal
/// numbers: nothing is subtracted from 1, and the power `(1 + t²/ν)^(−ν/2)` is taken with twice the digits where ν is
/// whole.
package struct StudentT: Sendable, Equatable {
  /// Degrees of freedom, ν.
  package let degrees: Double
  /// Γ((ν + 1)/2) / Γ(ν/2).
  private let gammaRatio: Double

  /// - Parameter degrees: above 0; of other numbers every value is NaN.
  package init(degrees: Double) {
    self.degrees = degrees > 0 && degrees < .infinity ? degrees : .nan
    gammaRatio = StudentT.gammaRatio(self.degrees / 2)
  }

  /// The probability below t.
  package func cdf(_ t: Double) -> Double { tail(-t) }

  /// The probability above t.
  package func tail(_ t: Double) -> Double {
    guard !t.isNaN, !degrees.isNaN else { return .nan }
    let upper = upperTail(t.magnitude)
    return t >= 0 ? upper : 1 - upper
  }

  /// The probability of a magnitude of at least |t|.
  package func twoSided(_ t: Double) -> Double { 2 * tail(t.magnitude) }

  /// The density at t: `Γ((ν+1)/2) / (√(πν) Γ(ν/2)) · (1 + t²/ν)^(−(ν+1)/2)`.
  package func density(_ t: Double) -> Double {
    let (x, _, root) = share(t.magnitude)
    return gammaRatio / (Double.pi * degrees).squareRoot() * power(t.magnitude, x) * root
  }

  /// The probability between 0 and t ≥ 0, without cancellation near 0.
  func center(_ t: Double) -> Double {
    if t == .infinity { return 0.5 }
    let (_, y, _) = share(t)
    if y > 1.5 / (degrees / 2 + 2.5) { return 0.5 - upperTail(t) }
    // t · f(t) · F(1, (ν+1)/2; 3/2; y), whose terms are all positive.
    var term = 1.0, sum = 1.0, k = 0.0
    while term > sum * 0x1p-54 {
      term *= y * ((degrees + 1) / 2 + k) / (1.5 + k)
      sum += term
      k += 1
    }
    return t * density(t) * sum
  }

  /// The probability above t ≥ 0.
  func upperTail(_ t: Double) -> Double {
    if t == .infinity { return 0 }
    let (x, y, _) = share(t), a = degrees / 2
    if y <= 1.5 / (a + 2.5) { return 0.5 - center(t) }
    // ½ I_x(ν/2, ½), with a y − b x = (t² − 1) x / 2.
    let distance = t > 0x1p500 ? a * y - x / 2 : (t * t - 1) * x / 2
    return scaledDensity(t) / (2 * IncompleteBeta.fraction(x: x, y: y, a: a, b: 0.5, distance: distance))
  }

  /// `t · density(t)`, also where the density is too small for a number: `x^(ν/2) (1 − x)^½ / B(ν/2, ½)`.
  func scaledDensity(_ t: Double) -> Double {
    let (x, _, root) = share(t)
    // t/√ν may be beyond what numbers hold, its product with √x is not.
    let otherRoot = root < 0x1p-500 ? 1 : t / degrees.squareRoot() * root
    return power(t, x) * (gammaRatio / Double.pi.squareRoot() * otherRoot)
  }
}

extension StudentT {
  /// `x = ν/(ν + t²)`, `1 − x` and `√x`.
  private func share(_ t: Double) -> (x: Double, y: Double, root: Double) {
    let s = t / degrees.squareRoot()
    if s > 0x1p500 { return (1 / s / s, 1, 1 / s) }
    if t > 0x1p500 {
      let x = 1 / (1 + s * s)
      return (x, s * s * x, x.squareRoot())
    }
    let square = t * t
    let x = degrees / (degrees + square)
    return (x, square / (degrees + square), x.squareRoot())
  }

  /// `x^(ν/2)` with `x = ν/(ν + t²)`.
  private func power(_ t: Double, _ x: Double) -> Double {
    let s = t / degrees.squareRoot()
    if degrees != degrees.rounded(.down) || degrees > 0x1p30 {
      let logarithm =
        s > 0x1p500
        ? 2 * DoubleFunctions.log(t) - DoubleFunctions.log(degrees) : DoubleFunctions.log1p(t / degrees * t)
      return DoubleFunctions.exp(-degrees / 2 * logarithm)
    }
    if s > 0x1p500 {
      return DoublePair(degrees, 0).squareRoot().divided(by: DoublePair(t, 0)).power(Int(degrees)).value
    }
    // x and √x with twice the digits, then √x to the whole power ν.
    let square = t * t, squareRest = (-square).addingProduct(t, t)
    let sum = degrees + square, larger = max(degrees, square), smaller = min(degrees, square)
    let divisor = DoublePair(sum, (smaller - (sum - larger)) + squareRest)
    let share = DoublePair(degrees, 0).divided(by: divisor)
    let whole = share.power(Int(degrees) / 2)
    return Int(degrees) % 2 == 0 ? whole.value : whole.times(share.squareRoot()).value
  }

  /// `Γ(a + ½) / Γ(a)`: for large w = a − ¼ `√w · Σ cₖ w^(−2k)`, the asymptotic series of a ratio of gamma functions in
  /// its symmetric form (Fields 1966), brought to smaller a by `Γ(a + 1) = a Γ(a)`.
  private static func gammaRatio(_ a: Double) -> Double {
    guard !a.isNaN else { return .nan }
    var factor = 1.0, a = a
    while a < 14 {
      factor *= a / (a + 0.5)
      a += 1
    }
    let w = a - 0.25, u = 1 / (w * w)
    var sum = 0.0
    for coefficient in ratioCoefficients.reversed() { sum = sum * u + coefficient }
    return factor * w.squareRoot() * sum
  }

  private static let ratioCoefficients = [
    1, 0.015625, -0.0023193359375, 0.0012035369873046875, -0.001298762857913970947265625, 0.002385557512752711772918701,
    -0.006670963462056533899158239, 0.02641215466006485712568974,
  ]
}
