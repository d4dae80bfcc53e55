internal import Kernels

/// The level that each of several looks at one growing sample must be held to, so that all of them together err with a
/// given probability.
///
/// The means at two looks with variances `V₁ ≥ V₂` have the covariance V₂, for equally correlated folds as for
/// independent samples; so the looks' z values form a chain, `z₂ = √(V₂/V₁) z₁ + √(1 − V₂/V₁) ε`. The probability that
/// none leaves `±c` is integrated look by look (Armitage, McPherson and Rowe 1969), and c chosen such that it is 1 −
/// level, the same c at each look (Pocock 1977).
enum SequentialLevel {
  /// The two-sided level of each look, between level/looks and level.
  /// - Parameter variances: Of the mean at each look, falling.
  static func constant(variances: [Double], level: Double) -> Double {
    guard variances.count > 1, level > 0, level < 1 else { return level }
    let shares = zip(variances.dropFirst(), variances).map { min(1, max(0, $0 / $1)) }
    var low = DoubleFunctions.log(level / Double(variances.count)), high = DoubleFunctions.log(level)
    // 40 halvings: to 12 digits, where the integral has 6.
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if crossing(levelOfLook: DoubleFunctions.exp(middle), shares: shares) > level {
        high = middle
      } else {
        low = middle
      }
    }
    return DoubleFunctions.exp(low)
  }

  /// The probability that a z value leaves the bounds of a level at one look or more.
  /// - Parameter shares: The variance at each look but the first over that of the look before.
  static func crossing(levelOfLook: Double, shares: [Double]) -> Double {
    let bound = -DoubleFunctions.normalQuantile(levelOfLook / 2), intervals = 200
    let step = 2 * bound / Double(intervals), places = (0...intervals).map { -bound + Double($0) * step }
    // Simpson's weights.
    let weights = places.indices.map { step / 3 * ($0 == 0 || $0 == intervals ? 1 : $0 % 2 == 1 ? 4 : 2) }
    var density = places.map { normalDensity($0) }, crossed = levelOfLook
    // A look that brings nothing new errs where the one before does.
    for share in shares where share < 1 - 1e-3 {
      let root = share.squareRoot(), deviation = (1 - share).squareRoot()
      var next = [Double](repeating: 0, count: places.count)
      for (i, from) in places.enumerated() where density[i] > 0 {
        let weight = weights[i] * density[i]
        crossed += weight * outside(bound, mean: root * from, deviation: deviation)
        for (j, to) in places.enumerated() {
          next[j] += weight * normalDensity((to - root * from) / deviation) / deviation
        }
      }
      density = next
    }
    return crossed
  }

  private static func normalDensity(_ z: Double) -> Double {
    z.magnitude > 40 ? 0 : DoubleFunctions.exp(-z * z / 2) / (2 * Double.pi).squareRoot()
  }

  /// The probability of a normal number beyond ±bound.
  private static func outside(_ bound: Double, mean: Double, deviation: Double) -> Double {
    let root2 = 2.0.squareRoot()
    let upper = DoubleFunctions.erf((bound - mean) / deviation / root2)
    let lower = DoubleFunctions.erf((bound + mean) / deviation / root2)
    return max(0, 1 - (upper + lower) / 2)
  }
}
