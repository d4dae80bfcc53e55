package import Specs

/// How a metric of single classes becomes one number.
package enum ClassAverage: String, CaseIterable, Sendable {
  /// `binary` for two classes, `macro` for more.
  case auto
  /// Of the second of two classes.
  case binary
  /// The mean over the classes that rows have or are predicted as, as in scikit-learn.
  case macro
  /// Of all classes' counts together.
  case micro
  /// The mean over classes, by weight of their samples.
  case weighted
  /// A number for each class.
  case none
}

/// What precision, recall, F1 and specificity have in common: a share computed from each class's right and wrong
/// samples.
struct ClassShare: Sendable {
  /// Right and wrong samples of one class against the others.
  struct Counts: Sendable {
    var truePositives = 0.0
    var falsePositives = 0.0
    var falseNegatives = 0.0
    var trueNegatives = 0.0
  }

  let kind: String
  let average: ClassAverage
  /// The share; 0 where it is 0 / 0, as in scikit-learn.
  let share: @Sendable (Counts) -> Double

  static func readAverage(_ fields: FieldReader) throws(ConfigError) -> ClassAverage {
    try fields.option(
      "average", default: ClassAverage.auto, "how classes become one number; auto: binary for two classes, else macro")
  }

  func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(kind)
    var average = average
    if average == .auto { average = context.classes == 2 ? .binary : .macro }
    guard average != .binary || context.classes == 2 else {
      throw ConfigError("\(kind) with average binary needs two classes, found \(context.classes)", path: "metrics")
    }
    let names = context.classNames, name = self.average == .auto ? kind : "\(kind)_\(average.rawValue)"
    return ConfusionCounts.state(context) { [kind, share, average] matrix in
      let total = matrix.total
      guard total > 0 else {
        return average == .none
          ? .vector(kind, labels: names, names.map { _ in .share(0, of: 0) }) : .share(name, 0, of: 0)
      }
      let counts = names.indices.map { index in
        let right = matrix[index, index], actual = matrix.actual(index), predicted = matrix.predicted(index)
        return Counts(
          truePositives: right, falsePositives: predicted - right, falseNegatives: actual - right,
          trueNegatives: total - actual - predicted + right)
      }
      switch average {
      case .auto, .binary: return MetricValue(name, share(counts[1]))
      case .none: return .vector(kind, labels: names, counts.map { MetricNumber(share($0)) })
      case .macro:
        let present = names.indices.filter { matrix.actual($0) > 0 || matrix.predicted($0) > 0 }
        return .share(name, present.reduce(0) { $0 + share(counts[$1]) }, of: Double(present.count))
      case .weighted:
        let sum = names.indices.reduce(0.0) { $0 + matrix.actual($1) * share(counts[$1]) }
        return MetricValue(name, sum / total)
      case .micro:
        var all = Counts()
        for one in counts {
          all.truePositives += one.truePositives
          all.falsePositives += one.falsePositives
          all.falseNegatives += one.falseNegatives
          all.trueNegatives += one.trueNegatives
        }
        return MetricValue(name, share(all))
      }
    }
  }

  static func ratio(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }
}

/// Of the samples predicted as a class, the share that is of it.
package struct Precision: MetricSpec {
  package static let kind = "precision"
  package static let summary = "of the samples predicted as a class, the share that is of it"
  package static let examples = ["{}", #"{"average": "micro"}"#, #"{"average": "none"}"#, #"{"average": "macro"}"#]
  package var higherIsBetter: Bool? { true }
  var average: ClassAverage

  package init(from fields: FieldReader) throws(ConfigError) { average = try ClassShare.readAverage(fields) }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try ClassShare(kind: Self.kind, average: average) {
      ClassShare.ratio($0.truePositives, $0.truePositives + $0.falsePositives)
    }.makeState(context)
  }
}

/// Of the samples of a class, the share that is predicted as it.
package struct Recall: MetricSpec {
  package static let kind = "recall"
  package static let summary = "of the samples of a class, the share that is predicted as it"
  package static let examples = ["{}", #"{"average": "weighted"}"#, #"{"average": "none"}"#, #"{"average": "macro"}"#]
  package var higherIsBetter: Bool? { true }
  var average: ClassAverage

  package init(from fields: FieldReader) throws(ConfigError) { average = try ClassShare.readAverage(fields) }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try ClassShare(kind: Self.kind, average: average) {
      ClassShare.ratio($0.truePositives, $0.truePositives + $0.falseNegatives)
    }.makeState(context)
  }
}

/// The harmonic mean of precision and recall.
package struct F1: MetricSpec {
  package static let kind = "f1"
  package static let summary = "harmonic mean of precision and recall"
  package static let examples = ["{}", #"{"average": "micro"}"#, #"{"average": "weighted"}"#, #"{"average": "macro"}"#]
  package var higherIsBetter: Bool? { true }
  var average: ClassAverage

  package init(from fields: FieldReader) throws(ConfigError) { average = try ClassShare.readAverage(fields) }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try ClassShare(kind: Self.kind, average: average) {
      ClassShare.ratio(2 * $0.truePositives, 2 * $0.truePositives + $0.falsePositives + $0.falseNegatives)
    }.makeState(context)
  }
}

/// Of the samples that are not of a class, the share that is not predicted as it.
package struct Specificity: MetricSpec {
  package static let kind = "specificity"
  package static let summary = "of the samples that are not of a class, the share that is not predicted as it"
  package static let examples = ["{}", #"{"average": "macro"}"#]
  package var higherIsBetter: Bool? { true }
  var average: ClassAverage

  package init(from fields: FieldReader) throws(ConfigError) { average = try ClassShare.readAverage(fields) }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try ClassShare(kind: Self.kind, average: average) {
      ClassShare.ratio($0.trueNegatives, $0.trueNegatives + $0.falsePositives)
    }.makeState(context)
  }
}

/// The mean cost of predictions: of the metric's own costs, or the loss's, or 1 for each wrong class.
package struct ExpectedCost: MetricSpec {
  package static let kind = "expected_cost"
  package static let summary = "mean cost of predictions"
  package static let examples = ["{}", #"{"false_positive": 5, "false_negative": 1}"#]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "cost" }
  package var cost: MisclassificationCost?

  package init(from fields: FieldReader) throws(ConfigError) {
    let own = try MisclassificationCost(from: fields)
    let isGiven = ["false_positive", "false_negative", "matrix", "positive_class"].contains { fields.has($0) }
    cost = isGiven ? own : nil
  }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    let classes = context.classes
    var costs = (0..<classes).map { actual in (0..<classes).map { $0 == actual ? 0.0 : 1.0 } }
    if let cost {
      costs = try cost.matrix(context.classNames, path: "metrics.\(Self.kind)")
    } else if let given = context.cost {
      costs = given
    }
    return ConfusionCounts.state(context) { [costs] counts in
      var sum = 0.0
      for actual in 0..<classes { for other in 0..<classes { sum += counts[actual, other] * costs[actual][other] } }
      return .share(Self.kind, sum, of: counts.total)
    }
  }
}
