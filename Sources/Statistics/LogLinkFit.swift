internal import Kernels

/// Means `μ = e^(xᵀb)` of targets ≥ 0 whose variance is a power of the mean: quasi-likelihood by iteratively reweighted
/// least squares (Wedderburn 1974). Power 1 are counts, 2 amounts of constant relative spread.
package enum LogLinkFit {
  /// The coefficients; the first column must be constant.
  ///
  /// - Returns: nil where the targets are all 0 or it does not converge to numbers.
  package static func coefficients(
    _ columns: [[Double]], _ y: [Double], weights: [Double]? = nil, power: Double, ridge: Double = 1e-8,
    steps: Int = 25
  ) -> [Double]? {
    let rows = y.count
    let total = weights?.reduce(0, +) ?? Double(rows)
    let sum = (0..<rows).reduce(0) { $0 + (weights?[$1] ?? 1) * y[$1] }
    guard rows > 0, total > 0, sum > 0, sum.isFinite, let first = columns.first?.first, first != 0 else { return nil }
    let center = sum / total
    var found = [Double](repeating: 0, count: columns.count)
    // From means between the target and the mean of all on, as generalized linear models usually begin.
    var eta = y.map { DoubleFunctions.log(0.5 * $0 + 0.5 * center) }
    let low = DoubleFunctions.log(center) - 30, high = DoubleFunctions.log(center) + 30
    var previous = Double.infinity
    for step in 0..<steps {
      var work = [Double](repeating: 0, count: rows), count = work
      for row in 0..<rows {
        let mu = DoubleFunctions.exp(eta[row])
        work[row] = eta[row] + (y[row] - mu) / mu
        count[row] = (weights?[row] ?? 1) * DoubleFunctions.exp((2 - power) * (eta[row] - DoubleFunctions.log(center)))
      }
      guard let next = LeastSquares.coefficients(columns, work, weights: count, ridge: ridge) else { break }
      var tried = next
      var fitted = LeastSquares.values(columns, tried, rows: rows).map { min(high, max(low, $0)) }
      var deviance = Self.deviance(y, fitted, weights, power)
      // Halved steps where it gets worse.
      var halvings = 0
      while step > 0, !(deviance <= previous * (1 + 1e-9) + 1e-300), halvings < 8 {
        tried = zip(tried, found).map { 0.5 * ($0 + $1) }
        fitted = LeastSquares.values(columns, tried, rows: rows).map { min(high, max(low, $0)) }
        deviance = Self.deviance(y, fitted, weights, power)
        halvings += 1
      }
      guard deviance.isFinite else { break }
      found = tried
      eta = fitted
      if (previous - deviance).magnitude <= 1e-8 * (deviance.magnitude + 1e-8) { break }
      previous = deviance
    }
    guard found.allSatisfy(\.isFinite), found.contains(where: { $0 != 0 }) || center == 1 else { return nil }
    return found
  }

  /// The weighted mean deviance, as far as predictions change it: of counts for power 1, of gamma for 2.
  package static func deviance(_ y: [Double], _ eta: [Double], _ weights: [Double]?, _ power: Double) -> Double {
    var sum = 0.0, total = 0.0
    for row in y.indices {
      let mu = DoubleFunctions.exp(eta[row]), weight = weights?[row] ?? 1
      let part: Double =
        if power == 1 {
          mu - y[row] + (y[row] > 0 ? y[row] * (DoubleFunctions.log(y[row]) - eta[row]) : 0)
        } else if power == 2 {
          y[row] > 0 ? y[row] / mu - 1 - (DoubleFunctions.log(y[row]) - eta[row]) : .infinity
        } else {
          DoubleFunctions.exp((2 - power) * eta[row]) / (2 - power)
            - y[row] * DoubleFunctions.exp((1 - power) * eta[row]) / (1 - power)
        }
      sum += weight * part
      total += weight
    }
    return sum / total
  }
}
