package import Specs

/// Weighted means and spreads of targets and errors, kept so that parts can be merged without cancellation (Chan, Golub
/// & LeVeque 1983).
struct VarianceState: MetricState {
  /// For each target: mean of y, Σ (y − mean)², mean of the error, Σ (error − mean)²; then the weight, and the number
  /// of rows.
  private(set) var numbers: [Double]
  private let context: MetricContext
  private let kind: String
  private let score: @Sendable (_ targets: Double, _ errors: Double, _ meanError: Double, _ weight: Double) -> Double

  /// - Parameter score: of a target whose Σ (y − mean)² is above 0.
  init(
    _ kind: String, _ context: MetricContext,
    score: @escaping @Sendable (Double, Double, Double, Double) -> Double
  ) throws(ConfigError) {
    try context.requireValues(kind)
    self.kind = kind
    self.context = context
    self.score = score
    numbers = [Double](repeating: 0, count: 4 * context.width + 2)
  }

  private var weight: Double { numbers[numbers.count - 2] }
  private var rows: Double { numbers[numbers.count - 1] }

  mutating func update(_ row: MetricRow) {
    guard row.weight > 0 else { return }
    let sum = weight + row.weight
    for column in 0..<context.width {
      let y = context.target(column, row.targetValues), error = y - context.value(column, row.outputs)
      add(y, at: 4 * column, weight: row.weight, sum: sum)
      add(error, at: 4 * column + 2, weight: row.weight, sum: sum)
    }
    numbers[numbers.count - 2] = sum
    numbers[numbers.count - 1] += 1
  }

  private mutating func add(_ value: Double, at place: Int, weight: Double, sum: Double) {
    // The mean of one value is that value, to the last bit: constant values have no variance.
    guard rows > 0 else {
      numbers[place] = value
      return
    }
    let difference = value - numbers[place]
    numbers[place] += difference * weight / sum
    numbers[place + 1] += weight * difference * (value - numbers[place])
  }

  mutating func merge(_ others: ArraySlice<Double>) {
    let others = Array(others), own = weight, other = others[others.count - 2]
    guard other > 0 else { return }
    guard own > 0 else {
      numbers = others
      return
    }
    for place in stride(from: 0, to: numbers.count - 2, by: 2) {
      let difference = others[place] - numbers[place]
      numbers[place] += difference * other / (own + other)
      numbers[place + 1] += others[place + 1] + difference * difference * own * other / (own + other)
    }
    numbers[numbers.count - 2] = own + other
    numbers[numbers.count - 1] += others[others.count - 1]
  }

  var value: MetricValue {
    guard weight > 0 else { return .share(kind, 0, of: 0) }
    guard rows > 1 else { return MetricValue(kind, .nan, because: "one row has no variance") }
    if let column = (0..<context.width).first(where: { numbers[4 * $0 + 1] <= 0 }) {
      let target = context.targetNames.indices.contains(column) ? " '\(context.targetNames[column])'" : ""
      return MetricValue(kind, .nan, because: "the target\(target) is constant and has no variance")
    }
    let scores = (0..<context.width).map {
      score(numbers[4 * $0 + 1], numbers[4 * $0 + 3], numbers[4 * $0 + 2], weight)
    }
    return MetricValue(kind, scores.reduce(0, +) / Double(scores.count))
  }
}

/// The coefficient of determination: 1 − Σ (y − p)² / Σ (y − mean)²; of several targets the mean. Constant targets, and
/// fewer than two rows, have none.
package struct R2: MetricSpec {
  package static let kind = "r2"
  package static let summary = "1 − Σ (y − p)² / Σ (y − mean)²"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try VarianceState(Self.kind, context) { targets, errors, meanError, weight in
      1 - (errors + weight * meanError * meanError) / targets
    }
  }
}

/// The share of the targets' variance that the predictions explain: 1 − variance of the errors / variance of the
/// targets; of several targets the mean. Constant targets have none.
package struct ExplainedVariance: MetricSpec {
  package static let kind = "explained_variance"
  package static let summary = "1 − variance of errors / variance of targets"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try VarianceState(Self.kind, context) { targets, errors, _, _ in 1 - errors / targets }
  }
}
