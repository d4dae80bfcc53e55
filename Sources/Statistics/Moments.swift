/// Mean, variance, skewness and kurtosis, as of a whole population: sums in row order of values less the mean, in the
/// unit of their greatest distance, so that none is beyond all numbers.
package struct Moments: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// `Σ (x − mean)² / n`.
  package let variance: Double
  /// `m₃ / m₂^1.5`; 0 where all are the same.
  package let skewness: Double
  /// `m₄ / m₂²`, 3 of normal values; 0 where all are the same.
  package let kurtosis: Double

  /// nil of none.
  package init?(_ values: [Double]) {
    guard let first = values.first else { return nil }
    count = values.count
    let n = Double(values.count)
    // About the first value, and divided before they are added: neither differences nor sums leave the numbers.
    let shifted = values.reduce(0) { $0 + ($1 / n - first / n) }
    let center = first + shifted
    mean = center
    let reach = values.reduce(0) { max($0, ($1 / 2 - center / 2).magnitude) }
    guard reach > 0, reach.isFinite else { (variance, skewness, kurtosis) = (0, 0, 0); return }
    var second = 0.0, third = 0.0, fourth = 0.0
    for value in values {
      let d = (value / 2 - center / 2) / reach, square = d * d
      second += square
      third += square * d
      fourth += square * square
    }
    (second, third, fourth) = (second / n, third / n, fourth / n)
    variance = second * (2 * reach) * (2 * reach)
    skewness = third / (second * second.squareRoot())
    kurtosis = fourth / (second * second)
  }

  package var deviation: Double { variance.squareRoot() }
}
