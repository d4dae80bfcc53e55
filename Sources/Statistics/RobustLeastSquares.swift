/// Huber's M-estimator by iteratively reweighted least squares: what is further off than `1.345 · 1.4826 · MAD` of the
/// residuals counts less than its square (Huber 1964; Holland & Welsch 1977).
package enum RobustLeastSquares {
  /// 95 % as efficient as least squares where errors are normal.
  package static let tuning = 1.345

  /// The delta of a Huber loss for residuals: `1.345 · 1.4826 · MAD`, the median absolute deviation of them.
  package static func delta(_ residuals: [Double]) -> Double {
    tuning * normalConsistency * medianAbsoluteDeviation(residuals)
  }

  /// The coefficients, from those of least absolute errors on (a few reweighted steps), so that far values do not
  /// decide the beginning.
  ///
  /// - Parameter weights: one for each row, ≥ 0; nil: all 1.
  /// - Returns: nil where ``LeastSquares`` has none.
  package static func coefficients(
    _ columns: [[Double]], _ y: [Double], weights: [Double]? = nil, ridge: Double = 1e-10, steps: Int = 12
  ) -> [Double]? {
    guard var found = LeastSquares.coefficients(columns, y, weights: weights, ridge: ridge) else { return nil }
    let rows = y.count
    for step in 0..<steps {
      let fitted = LeastSquares.values(columns, found, rows: rows)
      let sizes = (0..<rows).map { (y[$0] - fitted[$0]).magnitude }
      let spread = normalConsistency * median(sizes)
      // Half of the rows lie on the fit: nothing to be gained.
      guard spread > 0, spread.isFinite else { return found }
      let delta = step < 4 ? 0.3 * spread : tuning * spread
      let reweighted = (0..<rows).map { (weights?[$0] ?? 1) * (sizes[$0] <= delta ? 1 : delta / sizes[$0]) }
      guard let next = LeastSquares.coefficients(columns, y, weights: reweighted, ridge: ridge) else { return found }
      let moved = zip(next, found).reduce(0) { max($0, ($1.0 - $1.1).magnitude / max($1.1.magnitude, 1e-12)) }
      found = next
      if step >= 4, moved < 1e-4 { break }
    }
    return found
  }
}
