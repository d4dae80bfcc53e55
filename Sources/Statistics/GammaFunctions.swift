internal import Kernels

/// The regularized incomplete gamma function above x: `Q(a, x) = ∫ₓ^∞ t^(a−1) e^−t dt / Γ(a)`, the probability that a
/// gamma variable of shape a is greater than x.
///
/// By its series up to a + 1, by the continued fraction beyond (Abramowitz & Stegun 6.5.29, 6.5.31, the latter by
/// Lentz's method); relative errors below 1e-12. NaN for a ≤ 0.
package func upperGamma(_ a: Double, _ x: Double) -> Double {
  guard a > 0, !x.isNaN else { return .nan }
  guard x > 0 else { return 1 }
  guard x < .infinity else { return 0 }
  let front = DoubleFunctions.exp(a * DoubleFunctions.log(x) - x - DoubleFunctions.lgamma(a))
  guard x >= a + 1 else {
    var term = 1 / a, sum = term, n = a
    for _ in 0..<10_000 {
      n += 1
      term *= x / n
      sum += term
      if term < sum * 0x1p-54 { break }
    }
    return max(0, 1 - front * sum)
  }
  let tiny = 1e-300
  var b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d
  for i in 1..<10_000 {
    let an = -Double(i) * (Double(i) - a)
    b += 2
    d = an * d + b
    if d.magnitude < tiny { d = tiny }
    c = b + an / c
    if c.magnitude < tiny { c = tiny }
    d = 1 / d
    let step = d * c
    fraction *= step
    if (step - 1).magnitude < 0x1p-53 { break }
  }
  return front * fraction
}

/// The probability that a χ² variable is greater: `Q(degrees / 2, x / 2)`.
package func chiSquaredTail(_ x: Double, degrees: Double) -> Double { upperGamma(degrees / 2, x / 2) }

/// The derivative of `log Γ(x)`, x > 0: by the recurrence up to 10, then the asymptotic series (Abramowitz & Stegun
/// 6.3.18); absolute errors below 1e-13.
package func digamma(_ x: Double) -> Double {
  guard x > 0, x < .infinity else { return x == .infinity ? x : .nan }
  var z = x, sum = 0.0
  while z < 10 {
    sum -= 1 / z
    z += 1
  }
  let r = 1 / (z * z)
  let series =
    r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * (691.0 / 32760))))))
  return sum + DoubleFunctions.log(z) - 0.5 / z - series
}
