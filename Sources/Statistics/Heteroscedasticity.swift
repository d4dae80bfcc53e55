internal import Kernels

/// Whether the spread of residuals depends on the predictions: Koenker's form (1981) of Breusch and Pagan's test.
///
/// `LM = n R²` of the squared residuals on (1, ŷ, ŷ²): χ² with 2 degrees of freedom where it does not.
package struct BreuschPagan: Sendable, Equatable {
  package let multiplier: Double
  package let pValue: Double
  /// `F = (R² / 2) / ((1 − R²) / (n − 3))`, better for few rows.
  package let f: Double

  /// nil of fewer than 10 rows, or where predictions or squares are all the same.
  package init?(residuals: [Double], predictions: [Double]) {
    self.init(
      residuals: residuals,
      explanations: {
        guard let moments = Moments(predictions), moments.deviation > 0 else { return [] }
        let z = predictions.map { ($0 - moments.mean) / moments.deviation }
        return [z, z.map { $0 * $0 }]
      }())
  }

  /// - Parameter explanations: columns without a constant.
  package init?(residuals: [Double], explanations: [[Double]]) {
    guard residuals.count >= 10, !explanations.isEmpty,
      let scale = residuals.map(\.magnitude).max(), scale > 0, scale.isFinite
    else { return nil }
    let squares = residuals.map { $0 / scale * ($0 / scale) }
    guard let moments = Moments(squares), moments.variance > 0 else { return nil }
    let rows = residuals.count
    let columns = [[Double](repeating: 1, count: rows)] + explanations
    guard let b = LeastSquares.coefficients(columns, squares) else { return nil }
    let fitted = LeastSquares.values(columns, b, rows: rows)
    let rest = zip(squares, fitted).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(rows)
    let r2 = min(1, max(0, 1 - rest / moments.variance)), degrees = Double(explanations.count)
    multiplier = Double(rows) * r2
    pValue = chiSquaredTail(multiplier, degrees: degrees)
    f = (r2 / degrees) / ((1 - r2) / (Double(rows) - degrees - 1))
  }
}

/// How variance grows with the mean: the power p of `variance ∝ meanᵖ`, the slope of log e² on log ŷ.
///
/// 0: the same everywhere; 1: counts; between 1 and 2: Tweedie's; 2: the relative spread is the same everywhere. Groups
/// of equal size in the order of predictions are compared, each by the logarithm of its mean squared residual, since
/// single squares may be 0.
package struct VarianceLaw: Sendable, Equatable {
  package let power: Double
  package let standardError: Double

  /// nil of fewer than 30 predictions above 0, or where they hardly differ.
  package init?(residuals: [Double], predictions: [Double]) {
    let order = predictions.indices.filter { predictions[$0] > 0 && predictions[$0].isFinite }
      .sorted { (predictions[$0], $0) < (predictions[$1], $1) }
    guard order.count >= 30 else { return nil }
    let groups = min(20, order.count / 10)
    var x: [Double] = [], y: [Double] = []
    for group in 0..<groups {
      let range = order.count * group / groups..<order.count * (group + 1) / groups
      let center = range.reduce(0) { $0 + predictions[order[$1]] } / Double(range.count)
      let square = range.reduce(0) { $0 + residuals[order[$1]] * residuals[order[$1]] } / Double(range.count)
      guard square > 0, square.isFinite, center > 0 else { continue }
      x.append(DoubleFunctions.log(center))
      y.append(DoubleFunctions.log(square))
    }
    guard x.count >= 3, let first = x.first, let last = x.last, last - first > 0.2 else { return nil }
    let center = mean(x), height = mean(y)
    let xx = x.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let slope = zip(x, y).reduce(0) { $0 + ($1.0 - center) * ($1.1 - height) } / xx
    let rest = zip(x, y).reduce(0) {
      let error = $1.1 - height - slope * ($1.0 - center)
      return $0 + error * error
    }
    power = slope
    standardError = (rest / Double(x.count - 2) / xx).squareRoot()
  }
}
