internal import Kernels
internal import Platform

/// Count, mean, deviation, smallest and largest value of each column, in double precision and row order.
struct ColumnStatistics {
  private(set) var means: [Double]
  /// Sums of squared deviations from the means.
  private var squares: [Double]
  private(set) var minima: [Double]
  private(set) var maxima: [Double]
  private let count: Int

  /// Two passes over the rows: means first; then deviations and their squares, by whose sum means and squares are
  /// corrected, because a mean of large numbers is rounded (T. F. Chan, G. H. Golub, R. J. LeVeque, Algorithms for
  /// Computing the Sample Variance, 1983, equation 1.7).
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
    // Behind pointers: arrays that a closure changes are looked at for each number, whose they are.
    let sums = AlignedBuffer<Double>(count: width), least = AlignedBuffer<Double>(count: width)
    let most = AlignedBuffer<Double>(count: width)
    least.elements.update(repeating: .infinity)
    most.elements.update(repeating: -.infinity)
    table(rows) { values in
      pace.add(width)
      for column in 0..<width {
        let value = values[column]
        sums.pointer[column] += value
        least.pointer[column] = min(least.pointer[column], value)
        most.pointer[column] = max(most.pointer[column], value)
      }
    }
    if pooled {
      let sum = sums.elements.reduce(0, +) / Double(width)
      sums.elements.update(repeating: sum)
    }
    let centres = AlignedBuffer<Double>(count: width), squared = AlignedBuffer<Double>(count: width)
    let left = AlignedBuffer<Double>(count: width)
    for column in 0..<width { centres.pointer[column] = sums.pointer[column] / Double(max(1, rows.count)) }
    table(rows) { values in
      pace.add(width)
      for column in 0..<width {
        let deviation = values[column] - centres.pointer[column]
        left.pointer[column] += deviation
        squared.pointer[column] += deviation * deviation
      }
    }
    var (means, squares, rests) = (Array(centres.elements), Array(squared.elements), Array(left.elements))
    var (minima, maxima) = (Array(least.elements), Array(most.elements))
    if pooled {
      means = [means.first ?? 0]
      squares = [squares.reduce(0, +)]
      rests = [rests.reduce(0, +)]
      minima = [minima.min() ?? 0]
      maxima = [maxima.max() ?? 0]
    }
    count = max(1, rows.count) * (pooled ? width : 1)
    for column in means.indices {
      means[column] += rests[column] / Double(count)
      squares[column] = max(0, squares[column] - rests[column] * rests[column] / Double(count))
    }
    self.means = means
    self.squares = squares
    self.minima = minima
    self.maxima = maxima
  }

  /// The population's standard deviation: the divisor is the count.
  func deviation(_ column: Int) -> Double { (squares[column] / Double(count)).squareRoot() }

  /// Whether numbers from one to another are one value, or several that only rounding tells apart: 0.1 and 3 · 0.1 / 3.
  /// Whole numbers differ for good.
  static func areOne(_ low: Double, _ high: Double) -> Bool {
    if low == high { return true }
    return high - low <= 8 * max(low.magnitude, high.magnitude).ulp && (low != low.rounded() || high != high.rounded())
  }

  /// Mean 0 and deviation 1, or the range 0 … 1; a column that is constant becomes 0, with the scale 1.
  func pair(_ column: Int, toRange: Bool) -> (shift: Double, scale: Double) {
    let isConstant = Self.areOne(minima[column], maxima[column])
    let width = toRange ? maxima[column] - minima[column] : deviation(column)
    return (toRange || isConstant ? minima[column] : means[column], !isConstant && width.isNormal ? width : 1)
  }

  /// What ``pair(_:toRange:)`` says of all columns.
  func normalization(toRange: Bool) -> Normalization {
    let pairs = means.indices.map { pair($0, toRange: toRange) }
    return Normalization(.divided, shift: pairs.map(\.shift), scale: pairs.map(\.scale))
  }
}
