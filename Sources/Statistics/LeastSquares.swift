/// Weighted least squares with a small ridge: the coefficients under which `Σ w (y − xᵀb)² + ridge · Σ s b²` is least,
/// s a column's weighted sum of squares.
///
/// By the normal equations and Cholesky's decomposition, columns brought to unit length first. Columns that others
/// explain keep a coefficient near 0 instead of growing without bound.
package enum LeastSquares {
  /// Solves for the coefficients.
  ///
  /// - Parameters:
  ///   - columns: of one length, finite.
  ///   - weights: one for each row, ≥ 0; nil: all 1.
  ///   - ridge: share of a column's sum of squares that is added to it.
  /// - Returns: nil where there is no row or a sum is beyond all numbers.
  package static func coefficients(
    _ columns: [[Double]], _ y: [Double], weights: [Double]? = nil, ridge: Double = 1e-10
  ) -> [Double]? {
    let p = columns.count, rows = y.count
    guard p > 0, rows > 0 else { return p == 0 ? [] : nil }
    var gram = [Double](repeating: 0, count: p * p), right = [Double](repeating: 0, count: p)
    var weighted = [Double](repeating: 0, count: rows)
    y.withUnsafeBufferPointer { y in
      for i in 0..<p {
        columns[i].withUnsafeBufferPointer { a in
          for row in 0..<rows { weighted[row] = a[row] * (weights?[row] ?? 1) }
        }
        weighted.withUnsafeBufferPointer { a in
          right[i] = dot(a, y)
          for j in 0...i { columns[j].withUnsafeBufferPointer { gram[i * p + j] = dot(a, $0) } }
        }
      }
    }
    return solve(&gram, right, ridge: ridge)
  }

  /// Four sums side by side, added in a fixed order: the same on every machine, and four times as fast as one.
  private static func dot(_ a: UnsafeBufferPointer<Double>, _ b: UnsafeBufferPointer<Double>) -> Double {
    var s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0
    let count = a.count, whole = count - count % 4
    var i = 0
    while i < whole {
      s0 += a[i] * b[i]
      s1 += a[i + 1] * b[i + 1]
      s2 += a[i + 2] * b[i + 2]
      s3 += a[i + 3] * b[i + 3]
      i += 4
    }
    while i < count {
      s0 += a[i] * b[i]
      i += 1
    }
    return (s0 + s1) + (s2 + s3)
  }

  /// Cholesky of the lower triangle, in place.
  private static func solve(_ gram: inout [Double], _ right: [Double], ridge: Double) -> [Double]? {
    let p = right.count
    var scale = [Double](repeating: 0, count: p)
    for i in 0..<p {
      let size = gram[i * p + i]
      guard size.isFinite, right[i].isFinite else { return nil }
      scale[i] = size > 0 ? 1 / size.squareRoot() : 0
    }
    guard scale.allSatisfy(\.isFinite) else { return nil }
    for i in 0..<p {
      for j in 0..<i { gram[i * p + j] *= scale[i] * scale[j] }
      gram[i * p + i] = 1 + ridge
    }
    var b = (0..<p).map { right[$0] * scale[$0] }
    for i in 0..<p {
      for j in 0..<i {
        var sum = gram[i * p + j]
        for k in 0..<j { sum -= gram[i * p + k] * gram[j * p + k] }
        gram[i * p + j] = sum / gram[j * p + j]
      }
      var sum = gram[i * p + i]
      for k in 0..<i { sum -= gram[i * p + k] * gram[i * p + k] }
      // A column that those before it make up.
      guard sum > 1e-9 else {
        gram[i * p + i] = 1e150
        continue
      }
      gram[i * p + i] = sum.squareRoot()
    }
    for i in 0..<p {
      for k in 0..<i { b[i] -= gram[i * p + k] * b[k] }
      b[i] /= gram[i * p + i]
    }
    for i in (0..<p).reversed() {
      for k in i + 1..<p where k < p { b[i] -= gram[k * p + i] * b[k] }
      b[i] /= gram[i * p + i]
    }
    let found = (0..<p).map { b[$0] * scale[$0] }
    return found.allSatisfy(\.isFinite) ? found : nil
  }

  /// `xᵀb` of every row.
  package static func values(_ columns: [[Double]], _ coefficients: [Double], rows: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: rows)
    for (column, b) in zip(columns, coefficients) where b != 0 {
      column.withUnsafeBufferPointer { a in for row in 0..<rows { sum[row] += b * a[row] } }
    }
    return sum
  }
}
