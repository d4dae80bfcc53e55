internal import Kernels
package import Specs

/// A state that averages a function of prediction and target: by weight over samples, evenly over targets.
///
/// - Parameter cause: why the function has no value where it has none.
func meanErrorState(
  _ kind: String, _ context: MetricContext, root: Bool = false, undefined cause: String? = nil,
  _ function: @escaping @Sendable (_ p: Double, _ y: Double) -> Double
) throws(ConfigError) -> any MetricState {
  try context.requireValues(kind)
  let width = context.width
  return SumState(width + 1) { row, sums in
    for column in 0..<width {
      sums[column] +=
        row.weight
        * function(
          context.value(column, row.outputs), context.target(column, row.targetValues))
    }
    sums[width] += row.weight
  } finish: { sums in
    guard sums[width] > 0 else { return .share(kind, 0, of: 0) }
    let means = (0..<width).map { sums[$0] / sums[width] }
    let sum = (root ? means.map { $0.squareRoot() } : means).reduce(0, +)
    return MetricValue(kind, sum / Double(width), because: sum.isNaN ? cause : nil)
  }
}

/// The mean of |p − y|, in the targets' units.
package struct MAE: MetricSpec {
  package static let kind = "mae"
  package static let summary = "mean of |p − y|"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "target" }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context) { abs($0 - $1) }
  }
}

/// The root of the mean of (p − y)², in the targets' units.
package struct RMSE: MetricSpec {
  package static let kind = "rmse"
  package static let summary = "root of the mean of (p − y)²"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "target" }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context, root: true) { ($0 - $1) * ($0 - $1) }
  }
}

/// The mean of |p − y| / |y|, as a share; |y| below 2⁻⁵² counts as that, as in scikit-learn.
package struct MAPE: MetricSpec {
  package static let kind = "mape"
  package static let summary = "mean of |p − y| / |y|"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context) { abs($0 - $1) / max(abs($1), 0x1p-52) }
  }
}

/// The mean of 2 |p − y| / (|p| + |y|), from 0 to 2; 0 where both are 0 (Makridakis 1993).
package struct SMAPE: MetricSpec {
  package static let kind = "smape"
  package static let summary = "mean of 2 |p − y| / (|p| + |y|)"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context) { p, y in
      abs(p) + abs(y) > 0 ? 2 * abs(p - y) / (abs(p) + abs(y)) : 0
    }
  }
}

/// The mean of (log(1 + p) − log(1 + y))²; NaN where a prediction or a target is −1 or less.
package struct MSLE: MetricSpec {
  package static let kind = "msle"
  package static let summary = "mean of (log(1 + p) − log(1 + y))²"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context, undefined: "a prediction or a target is −1 or less") { p, y in
      let difference = DoubleFunctions.log1p(p) - DoubleFunctions.log1p(y)
      return p > -1 && y > -1 ? difference * difference : .nan
    }
  }
}

/// The mean Poisson deviance `2 (y log(y / p) + p − y)`; NaN where a prediction is not above 0 or a target is below.
package struct PoissonDeviance: MetricSpec {
  package static let kind = "poisson_deviance"
  package static let summary = "mean of 2 (y log(y / p) + p − y)"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}
  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try meanErrorState(Self.kind, context, undefined: "a prediction is not above 0, or a target is below 0") { p, y in
      guard p > 0, y >= 0 else { return .nan }
      return 2 * ((y > 0 ? y * DoubleFunctions.log(y / p) : 0) + p - y)
    }
  }
}

/// The median of |p − y|: of an even number of samples the mean of the middle two; with weights, where half the weight
/// lies below.
package struct MedianAbsoluteError: MetricSpec {
  package static let kind = "median_absolute_error"
  package static let summary = "median of |p − y|"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "target" }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireValues(Self.kind)
    let width = context.width
    return SampleState { row, numbers in
      for column in 0..<width {
        numbers.append(abs(context.value(column, row.outputs) - context.target(column, row.targetValues)))
      }
      numbers.append(row.weight)
    } finish: { numbers in
      let stride = width + 1
      let medians = (0..<width).map { column in
        Self.median(
          (0..<numbers.count / stride).map { (numbers[$0 * stride + column], numbers[$0 * stride + width]) })
      }
      return MetricValue(Self.kind, medians.reduce(0, +) / Double(width), because: MetricNumber.noRows)
    }
  }

  private static func median(_ samples: [(value: Double, weight: Double)]) -> Double {
    let sorted = samples.filter { $0.weight > 0 }.sorted { $0.value < $1.value }
    let half = sorted.reduce(0) { $0 + $1.weight } / 2
    var below = 0.0
    for (index, sample) in sorted.enumerated() {
      below += sample.weight
      if below > half { return sample.value }
      if below == half, index + 1 < sorted.count { return (sample.value + sorted[index + 1].value) / 2 }
    }
    return .nan
  }
}
