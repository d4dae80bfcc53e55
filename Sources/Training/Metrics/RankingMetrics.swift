package import Specs

/// Scores and targets of all samples, and the curves made of them.
struct RankedScores {
  /// By descending score: weights of positives and negatives for each distinct score.
  private var steps: [(positive: Double, negative: Double)] = []

  /// - Parameter numbers: score, positive (1) or not (0), weight of each sample.
  init(_ numbers: [Double], stride: Int, score: Int, isPositive: (Int) -> Bool, weight: Int) {
    let count = numbers.count / stride
    let order = (0..<count).sorted {
      let a = numbers[$0 * stride + score], b = numbers[$1 * stride + score]
      return a == b ? $0 < $1 : a > b
    }
    var last = Double.nan
    for index in order {
      let value = numbers[index * stride + score], weight = numbers[index * stride + weight]
      if value != last { steps.append((0, 0)) }
      last = value
      if isPositive(index) {
        steps[steps.count - 1].positive += weight
      } else {
        steps[steps.count - 1].negative += weight
      }
    }
  }

  var positives: Double { steps.reduce(0) { $0 + $1.positive } }
  var negatives: Double { steps.reduce(0) { $0 + $1.negative } }

  /// The area under the curve of true over false positive rate: the chance that a positive scores above a negative, ties counting half.
  var areaUnderROC: Double {
    let all = positives * negatives
    guard all > 0 else { return .nan }
    var area = 0.0, found = 0.0
    for step in steps {
      area += step.negative * (found + step.positive / 2)
      found += step.positive
    }
    return area / all
  }

  /// `Σ (recallₙ − recallₙ₋₁) · precisionₙ` over distinct scores.
  var averagePrecision: Double {
    let all = positives
    guard all > 0 else { return .nan }
    var sum = 0.0, found = 0.0, seen = 0.0
    for step in steps {
      found += step.positive
      seen += step.positive + step.negative
      if seen > 0 { sum += step.positive * (found / seen) }
    }
    return sum / all
  }

  /// A state that ranks: of the second of two classes, or the mean over classes against the rest.
  static func state(
    _ kind: String, _ context: MetricContext, _ area: @escaping @Sendable (RankedScores) -> Double
  ) throws(ConfigError) -> any MetricState {
    try context.requireClasses(kind)
    let classes = context.classes, columns = classes == 2 ? [1] : Array(0..<classes)
    let stride = columns.count + 2
    return SampleState { row, numbers in
      for column in columns { numbers.append(context.score(of: column, row.outputs)) }
      numbers.append(Double(row.targetClass))
      numbers.append(row.weight)
    } finish: { numbers in
      let areas = columns.enumerated().map { place, column in
        area(
          RankedScores(
            numbers, stride: stride, score: place,
            isPositive: { numbers[$0 * stride + stride - 2] == Double(column) }, weight: stride - 1))
      }
      return [(kind, areas.reduce(0, +) / Double(areas.count))]
    }
  }
}

/// The area under the receiver operating characteristic, exact, ties counting half; of several classes the mean of each against the
/// rest.
package struct ROCAUC: MetricSpec {
  package static let kind = "roc_auc"
  package static let summary = "chance that a sample of a class scores above one that is not"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try RankedScores.state(Self.kind, context) { $0.areaUnderROC }
  }
}

/// The area under the curve of precision over recall as a sum of steps, exact; of several classes the mean of each against the rest.
package struct AveragePrecision: MetricSpec {
  package static let kind = "average_precision"
  package static let summary = "area under precision over recall"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try RankedScores.state(Self.kind, context) { $0.averagePrecision }
  }
}
