internal import Kernels

/// The targets of the training rows with their weights, as the best constant prediction of them needs them.
package struct ConstantTargets: Sendable {
  /// The weight of all rows of each class; empty where targets are values.
  package let classWeights: [Double]
  /// Values of one row.
  package let width: Int
  /// Row by row.
  package let values: [Float]
  /// One for each row of values.
  package let weights: [Float]

  package init(classWeights: [Double]) {
    self.classWeights = classWeights
    (width, values, weights) = (0, [], [])
  }

  /// - Parameter values: `weights.count × width`, row by row.
  package init(values: [Float], width: Int, weights: [Float]) {
    precondition(values.count == weights.count * width, "a value for each row and column")
    (classWeights, self.width, self.values, self.weights) = ([], width, values, weights)
  }

  /// Rows of values.
  var rows: Int { weights.count }

  /// The share of each class; nil where nothing weighs anything.
  var classShares: [Double]? {
    let total = classWeights.reduce(0, +)
    return total > 0 && total.isFinite ? classWeights.map { $0 / total } : nil
  }

  /// The weighted mean of a function of each value of a column; nil where nothing weighs anything.
  func mean(_ column: Int, of function: (Double) -> Double = { $0 }) -> Double? {
    var sum = 0.0, total = 0.0
    for row in 0..<rows where weights[row] > 0 {
      sum += Double(weights[row]) * function(Double(values[row * width + column]))
      total += Double(weights[row])
    }
    return total > 0 ? sum / total : nil
  }

  /// The means of all columns.
  func means(of function: (Double) -> Double = { $0 }) -> [Double]? {
    let found = (0..<width).compactMap { mean($0, of: function) }
    return found.count == width ? found : nil
  }

  /// The least value of each column that a share of the weight does not lie above; one list for each level. Of more
  /// than 2²⁰ rows these are those of so many at equal distances.
  func quantiles(_ levels: [Double]) -> [[Double]]? {
    guard rows <= 1 << 20 else { return thinned(to: 1 << 20).quantiles(levels) }
    var found = levels.map { _ in [Double](repeating: 0, count: width) }
    for column in 0..<width {
      let sorted = (0..<rows).filter { weights[$0] > 0 }.map { (values[$0 * width + column], Double(weights[$0])) }
        .sorted { $0.0 < $1.0 }
      guard let last = sorted.last else { return nil }
      let total = sorted.reduce(0) { $0 + $1.1 }
      for (index, level) in levels.enumerated() {
        var sum = 0.0, value = last.0
        for entry in sorted {
          sum += entry.1
          guard sum >= level * total else { continue }
          value = entry.0
          break
        }
        found[index][column] = Double(value)
      }
    }
    return found
  }

  /// Some of the rows, evenly spread, where there are more.
  func thinned(to limit: Int) -> ConstantTargets {
    guard rows > limit else { return self }
    let chosen = (0..<limit).map { $0 * rows / limit }
    return ConstantTargets(
      values: chosen.flatMap { values[$0 * width..<($0 + 1) * width] }, width: width,
      weights: chosen.map { weights[$0] })
  }
}

extension ConstantTargets {
  /// `log(share / (1 − share))`, far from where its exponential overflows.
  static func logOdds(_ share: Double) -> Double {
    max(-30, min(30, DoubleFunctions.log(share) - DoubleFunctions.log1p(-share)))
  }

  /// The logarithm, of what is nearly nothing −30.
  static func boundedLog(_ value: Double) -> Double { max(-30, DoubleFunctions.log(value)) }
}
