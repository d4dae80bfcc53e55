internal import Kernels

/// Count, mean, deviation, smallest and largest value of each column, in double precision and row order.
struct ColumnStatistics {
  private(set) var means: [Double]
  /// Sums of squared deviations from `centers` (the column's mean, or the mean of all).
  private var squares: [Double]
  private(set) var minima: [Float]
  private(set) var maxima: [Float]
  private let count: Int

  /// Two passes over the rows: means first, squared deviations second.
  ///
  /// - Parameters:
  ///   - pooled: whether all columns are one quantity, as pixels are: then every column gets the statistics of all.
  ///   - progress: called now and then.
  ///   - table: hands out the values of rows, one after the other.
  init(
    rows: [Int], width: Int, pooled: Bool, progress: @escaping () -> Void = {},
    table: (_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) -> Void
  ) {
    var pace = Pace(progress)
    var sums = [Double](repeating: 0, count: width)
    var minima = [Float](repeating: .infinity, count: width)
    var maxima = [Float](repeating: -.infinity, count: width)
    table(rows) { values in
      pace.add(width)
      for column in 0..<width {
        let value = Float(values[column])
        sums[column] += Double(value)
        minima[column] = min(minima[column], value)
        maxima[column] = max(maxima[column], value)
      }
    }
    if pooled {
      let sum = sums.reduce(0, +) / Double(width)
      sums = [Double](repeating: sum, count: width)
    }
    let means = sums.map { $0 / Double(max(1, rows.count)) }
    var squares = [Double](repeating: 0, count: width)
    table(rows) { values in
      pace.add(width)
      for column in 0..<width {
        let deviation = Double(Float(values[column])) - means[column]
        squares[column] += deviation * deviation
      }
    }
    if pooled {
      count = rows.count * width
      self.means = [means.first ?? 0]
      self.squares = [squares.reduce(0, +)]
      self.minima = [minima.min() ?? 0]
      self.maxima = [maxima.max() ?? 0]
    } else {
      count = rows.count
      self.means = means
      self.squares = squares
      self.minima = minima
      self.maxima = maxima
    }
  }

  /// The population's standard deviation: the divisor is the count.
  func deviation(_ column: Int) -> Double { (squares[column] / Double(max(1, count))).squareRoot() }

  /// Mean 0 and deviation 1, or the range 0 … 1; a column that is constant, or too narrow for float32, keeps the scale 1.
  func normalization(toRange: Bool) -> Normalization {
    var shift: [Float] = [], scale: [Double] = []
    for column in means.indices {
      let offset = toRange ? Double(minima[column]) : means[column]
      let width = toRange ? Double(maxima[column]) - offset : deviation(column)
      let factor = minima[column] == maxima[column] ? 1 : Normalization.kept(1 / width)
      shift.append(Float(offset))
      scale.append(factor.isFinite && factor > 0 ? factor : 1)
    }
    return Normalization(shift: shift, scale: scale)
  }
}
