internal import Kernels
internal import Statistics

/// What speaks for light tails, heavy tails, and spread that grows with positive values: the mean log density of each
/// family on residuals of left-out rows, in nats for each row.
struct ErrorEvidence {
  let normal: Double
  let heavy: Double
  /// Degrees of freedom of the heavy-tailed fit.
  let degrees: Double
  /// The best of the positive families; nil where a target is not above 0.
  let positive: Double?
  let gamma: Double?
  let logNormal: Double?
  /// Degrees of freedom of the logarithms' residuals.
  let logDegrees: Double?
  /// The share of residuals beyond 3.5 robust deviations.
  let outlierShare: Double
  /// Whether the spread depends on the features: the share of the logarithm of the residuals' size that a fit explains.
  let spreadExplained: Double
  let count: Int

  /// - Parameter cap: a value at which targets are cut off: only rows that are predicted well away from it tell of
  ///   tails.
  init(
    identity whole: ResidualFit, logarithm: ResidualFit?, y: [Double], basis wholeBasis: FeatureBasis,
    cap: (value: Double, isUpper: Bool)?
  ) {
    var identity = whole, basis = wholeBasis
    if let cap, let kept = Self.clear(of: cap, whole) { (identity, basis) = (whole.only(kept), wholeBasis.only(kept)) }
    count = identity.residuals.count
    let n = Double(max(1, count))
    let center = identity.residuals.reduce(0) { $0 + $1 / n }
    let centered = identity.residuals.map { $0 - center }
    let plain = (
      normal: ErrorDistributions.normal(centered), tail: ErrorDistributions.heavyTail(identity.residuals)
    )
    var (normal, heavy) = (plain.normal, plain.tail?.meanLogDensity ?? -.infinity)
    var degrees = plain.tail?.degrees ?? 100
    // Residuals in units of a spread that is predicted from the features, where it can be: rows of a large spread are
    // no outliers.
    let spread = Self.spread(of: identity.residuals, basis: basis, level: identity.level)
    spreadExplained = spread?.explained ?? 0
    if let spread, spread.explained > 0.05 {
      let logs = spread.logs.reduce(0) { $0 + $1 / n }
      let standardized = zip(identity.residuals, spread.logs).map { $0 * DoubleFunctions.exp(-$1) }
      let middle = standardized.reduce(0) { $0 + $1 / n }
      let tail = ErrorDistributions.heavyTail(standardized)
      let other = (
        normal: ErrorDistributions.normal(standardized.map { $0 - middle }) - logs,
        heavy: (tail?.meanLogDensity ?? -.infinity) - logs
      )
      // Tails are heavy where they are in both ways of looking.
      if Self.difference(other.heavy, other.normal) < Self.difference(heavy, normal) {
        (normal, heavy) = other
        degrees = tail?.degrees ?? 100
      }
    }
    (self.normal, self.heavy, self.degrees) = (normal, heavy, degrees)
    let robust = normalConsistency * medianAbsoluteDeviation(identity.residuals)
    let middle = median(identity.residuals)
    outlierShare =
      robust > 0 ? Double(identity.residuals.count { ($0 - middle).magnitude > outlierScore * robust }) / n : 0
    if let logarithm, y.allSatisfy({ $0 > 0 }) {
      let jacobian = y.reduce(0) { $0 + DoubleFunctions.log($1) / n }
      let shift = logarithm.residuals.reduce(0) { $0 + $1 / n }
      let logNormal = ErrorDistributions.normal(logarithm.residuals.map { $0 - shift }) - jacobian
      let tail = ErrorDistributions.heavyTail(logarithm.residuals)
      let level = logarithm.predictions.reduce(0) { $0 + $1 / n }
      let ratios = logarithm.residuals.map { DoubleFunctions.exp($0) }
      let amounts = ErrorDistributions.gamma(ratios: ratios).map { $0.meanLogDensity - level }
      gamma = amounts
      self.logNormal = logNormal
      logDegrees = tail?.degrees
      positive = max(logNormal, (tail?.meanLogDensity ?? -.infinity) - jacobian, amounts ?? -.infinity)
    } else {
      (positive, gamma, logNormal, logDegrees) = (nil, nil, nil, nil)
    }
  }

  /// How much better heavy tails describe the residuals than normal ones.
  var heavyGain: Double { Self.difference(heavy, normal) }
  /// How much better positive families do than both.
  var positiveGain: Double { positive.map { Self.difference($0, max(normal, heavy)) } ?? -.infinity }

  private static func difference(_ a: Double, _ b: Double) -> Double {
    a == b ? 0 : a.isNaN || b.isNaN ? -.infinity : a - b
  }

  /// The least gain that counts: an effect that matters, and more than chance among few rows.
  var heavyThreshold: Double { max(0.02, 4 / Double(max(1, count))) }
  var positiveThreshold: Double { max(0.06, 5 / Double(max(1, count))) }

  /// Rows that are predicted two robust deviations from the cap; nil where they are few.
  private static func clear(of cap: (value: Double, isUpper: Bool), _ fit: ResidualFit) -> [Int]? {
    let reach = 2 * normalConsistency * medianAbsoluteDeviation(fit.residuals)
    let kept = fit.predictions.indices.filter {
      cap.isUpper ? fit.predictions[$0] < cap.value - reach : fit.predictions[$0] > cap.value + reach
    }
    return kept.count >= 50 ? kept : nil
  }

  private static func spread(
    of residuals: [Double], basis: FeatureBasis, level: Int
  ) -> (logs: [Double], explained: Double)? {
    guard !basis.isEmpty, residuals.count >= 100 else { return nil }
    let size = normalConsistency * median(residuals.map(\.magnitude))
    guard size > 0, size.isFinite else { return nil }
    let logs = residuals.map { DoubleFunctions.log($0.magnitude / size + 1e-3) }
    let fit = ResidualFit(logs, basis: basis, weights: nil, rows: [], form: .straight)
    guard fit.level > 0, let whole = Moments(logs), whole.variance > 0 else { return nil }
    let rest = fit.residuals.reduce(0) { $0 + $1 * $1 / Double(logs.count) }
    return (fit.predictions, max(0, 1 - rest / whole.variance))
  }
}
