/// Whether counts vary more than Poisson's, given their means.
package struct Dispersion: Sendable, Equatable {
  /// Pearson's `χ² / (n − p)`: 1 of Poisson counts.
  package let pearson: Double
  /// Cameron & Trivedi's α of `variance = μ + α μ²` (1990): the slope of `((y − μ)² − y) / μ` on μ without a constant;
  /// 0 of Poisson counts.
  package let alpha: Double
  /// α in its standard errors.
  package let t: Double

  /// - Parameters:
  ///   - means: above 0.
  ///   - parameters: how many the means were fitted with.
  /// - Returns: nil of fewer rows than parameters and one.
  package init?(_ y: [Double], means: [Double], parameters: Int) {
    let n = Double(y.count), rest = n - Double(parameters)
    guard rest >= 1 else { return nil }
    var chi = 0.0, xy = 0.0, xx = 0.0
    for (y, mu) in zip(y, means) {
      chi += (y - mu) * (y - mu) / mu
      // Squares lack what the fit took: n / (n − p).
      xy += (y - mu) * (y - mu) * (n / rest) - y
      xx += mu * mu
    }
    guard xx > 0, chi.isFinite, xy.isFinite, xx.isFinite else { return nil }
    pearson = chi / rest
    alpha = xy / xx
    var errors = 0.0
    for (y, mu) in zip(y, means) {
      let z = ((y - mu) * (y - mu) * (n / rest) - y) / mu - alpha * mu
      errors += z * z
    }
    let deviation = (errors / max(1, n - 1) / xx).squareRoot()
    t = deviation > 0 ? alpha / deviation : 0
  }
}
