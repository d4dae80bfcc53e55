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

  /// The area under the curve of true over false positive rate: the chance that a positive scores above a negative,
  /// ties counting half; NaN without positives or without negatives.
  var areaUnderROC: Double {
    let positives = positives, negatives = negatives
    guard positives > 0, negatives > 0 else { return .nan }
    var area = 0.0, found = 0.0
    for step in steps {
      area += step.negative / negatives * (found + step.positive / 2)
      found += step.positive
    }
    return area / positives
  }

  /// `Σ (recallₙ − recallₙ₋₁) · precisionₙ` over distinct scores; 0 without positives, as in scikit-learn.
  var averagePrecision: Double {
    let all = positives
    guard all > 0 else { return negatives > 0 ? 0 : .nan }
    var sum = 0.0, found = 0.0, seen = 0.0
    for step in steps {
      found += step.positive
      seen += step.positive + step.negative
      if seen > 0 { sum += step.positive * (found / seen) }
    }
    return sum / all
  }

  /// A state that ranks: by the second of two classes, or each class against the rest, of which the mean is taken.
  static func state(
    _ kind: String, _ context: MetricContext, _ area: @escaping @Sendable (RankedScores) -> Double
  ) throws(ConfigError) -> any MetricState {
    try context.requireClasses(kind)
    let columns = context.rankedClasses, names = context.classNames
    let stride = columns.count + 2
    return SampleState { row, numbers in
      context.appendScores(row.outputs, to: &numbers)
      numbers.append(Double(row.targetClass))
      numbers.append(row.weight)
    } finish: { numbers in
      let areas = columns.enumerated().map { place, column in
        area(
          RankedScores(
            numbers, stride: stride, score: place,
            isPositive: { numbers[$0 * stride + stride - 2] == Double(column) }, weight: stride - 1))
      }
      let mean = areas.reduce(0, +) / Double(areas.count)
      return MetricValue(kind, mean, because: mean.isNaN ? problem(numbers, stride: stride, names: names) : nil)
    }
  }

  /// Why there is no area: which classes have no rows, or all of them.
  private static func problem(_ numbers: [Double], stride: Int, names: [String]) -> String {
    var weights = [Double](repeating: 0, count: names.count)
    for index in 0..<numbers.count / stride {
      weights[Int(numbers[index * stride + stride - 2])] += numbers[index * stride + stride - 1]
    }
    let present = names.indices.filter { weights[$0] > 0 }
    if present.isEmpty { return MetricNumber.noRows }
    if present.count == 1 { return "all rows are of class \(names[present[0]])" }
    let absent = names.indices.filter { weights[$0] <= 0 }.map { names[$0] }
    let more = absent.count > 5 ? " and \(absent.count - 5) more" : ""
    return "no row is of class \(absent.prefix(5).joined(separator: ", "))\(more)"
  }
}

/// The area under the receiver operating characteristic, exact, ties counting half; of several classes the mean of each
/// against the rest.
package struct ROCAUC: MetricSpec {
  package static let kind = "roc_auc"
  package static let summary = "chance that a sample of a class scores above one that is not"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try RankedScores.state(Self.kind, context) { $0.areaUnderROC }
  }
}

/// The area under the curve of precision over recall as a sum of steps, exact; of several classes the mean of each
/// against the rest, 0 for a class without rows.
package struct AveragePrecision: MetricSpec {
  package static let kind = "average_precision"
  package static let summary = "area under precision over recall"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try RankedScores.state(Self.kind, context) { $0.averagePrecision }
  }
}
