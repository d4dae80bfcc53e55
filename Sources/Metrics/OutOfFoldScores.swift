package import Specs

/// The probability of the second of two classes for each sample that weighs something, and whether it is of that class,
/// in the samples' order: what decisions are judged by. Not a metric that configs name.
package struct OutOfFoldScores: MetricSpec {
  package static let kind = "out_of_fold_scores"
  package static let summary = "the positive class's probability of each sample"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }

  package init() {}
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    try context.requireProbabilities(Self.kind)
    return SampleState { row, numbers in
      numbers += [context.probabilities(row.outputs)[1], row.targetClass == 1 ? 1 : 0]
    } finish: { numbers in
      let points = stride(from: 0, to: numbers.count, by: 2).map {
        MetricCurve.Point(x: numbers[$0], y: numbers[$0 + 1])
      }
      return .curve(Self.kind, MetricCurve(x: "probability", y: "is_positive", points))
    }
  }
}
