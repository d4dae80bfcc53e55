extension DoubleFunctions {
  /// The number below which a standard normal variable lies with a probability: the inverse of its distribution
  /// function.
  ///
  /// Relative errors below 2e-15: quotients of polynomials of degree 7 in `(p − ½)²`, and in `√(−log p)` where p is
  /// beside 0 or 1 (M. J. Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied
  /// Statistics 37, 1988, PPND16).
  ///
  /// - Returns: −∞ at 0, ∞ at 1, NaN outside.
  package static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q.magnitude <= 0.425 {
      let r = 0.180625 - q * q
      return q * polynomial(middleAbove, r) / polynomial(middleBelow, r)
    }
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    let r = (-Self.log(q < 0 ? p : 1 - p)).squareRoot()
    let x =
      r <= 5
      ? polynomial(tailAbove, r - 1.6) / polynomial(tailBelow, r - 1.6)
      : polynomial(endAbove, r - 5) / polynomial(endBelow, r - 5)
    return q < 0 ? -x : x
  }

  private typealias Coefficients = (Double, Double, Double, Double, Double, Double, Double, Double)

  /// By Horner's rule, from the constant on.
  @inline(__always)
  private static func polynomial(_ c: Coefficients, _ x: Double) -> Double {
    ((((((c.7 * x + c.6) * x + c.5) * x + c.4) * x + c.3) * x + c.2) * x + c.1) * x + c.0
  }

  private static let middleAbove: Coefficients = (
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727
  )
  private static let middleBelow: Coefficients = (
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852854561
  )
  private static let tailAbove: Coefficients = (
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4
  )
  private static let tailBelow: Coefficients = (
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9
  )
  private static let endAbove: Coefficients = (
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7
  )
  private static let endBelow: Coefficients = (
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15
  )
}
