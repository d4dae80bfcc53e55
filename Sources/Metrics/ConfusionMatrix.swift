package import Specs

/// Weights of samples by actual and predicted class, from which many metrics are made.
struct ConfusionCounts: Sendable {
  let classes: Int
  /// Row actual, column predicted.
  let cells: [Double]

  subscript(actual: Int, predicted: Int) -> Double { cells[actual * classes + predicted] }
  var total: Double { cells.reduce(0, +) }
  var correct: Double { (0..<classes).reduce(0) { $0 + self[$1, $1] } }
  /// Weight of samples of a class.
  func actual(_ index: Int) -> Double { (0..<classes).reduce(0) { $0 + self[index, $1] } }
  /// Weight of samples predicted as a class.
  func predicted(_ index: Int) -> Double { (0..<classes).reduce(0) { $0 + self[$1, index] } }

  /// A state that counts, and what is made of the counts.
  static func state(
    _ context: MetricContext, _ finish: @escaping @Sendable (ConfusionCounts) -> MetricValue
  ) -> any MetricState {
    let classes = context.classes
    return SumState(classes * classes) { row, sums in
      sums[row.targetClass * classes + min(classes - 1, context.predictedClass(row.outputs))] += row.weight
    } finish: {
      finish(ConfusionCounts(classes: classes, cells: $0))
    }
  }
}

/// The weight of samples for each pair of actual and predicted class: `confusion_matrix.ACTUAL.PREDICTED`.
package struct ConfusionMatrix: MetricSpec {
  package static let kind = "confusion_matrix"
  package static let summary = "samples by actual and predicted class"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }
  package var unit: String { "samples" }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    let names = context.classNames
    return ConfusionCounts.state(context) { counts in
      .matrix(Self.kind, rows: names, columns: names, counts.cells.map { MetricNumber($0) })
    }
  }
}
