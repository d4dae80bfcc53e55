package import Specs

/// The share of samples whose class is predicted right, by weight.
package struct Accuracy: MetricSpec {
  package static let kind = "accuracy"
  package static let summary = "share of samples whose class is predicted right"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    return SumState(2) { row, sums in
      if context.predictedClass(row.outputs) == row.targetClass { sums[0] += row.weight }
      sums[1] += row.weight
    } finish: {
      .share(Self.kind, $0[0], of: $0[1])
    }
  }
}

/// The share of samples whose class is among the k of greatest output; of equal outputs the first classes count as
/// greater.
package struct TopKAccuracy: MetricSpec {
  package static let kind = "top_k_accuracy"
  package static let summary = "share of samples whose class is among the k likeliest"
  package static let examples = [#"{"k": 2}"#, #"{"k": 1}"#]
  package var higherIsBetter: Bool? { true }
  var k: Int

  package init(from fields: FieldReader) throws(ConfigError) {
    k = try fields.integer("k", default: 5, in: 1...1_000_000, "how many classes may be named")
  }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    guard context.outputs > 1 else {
      throw ConfigError("\(Self.kind) needs an output for each class, found one output", path: "metrics")
    }
    let k = k, classes = context.classes
    return SumState(2) { row, sums in
      let own = context.logit(of: row.targetClass, row.outputs)
      let ahead = (0..<classes).count {
        let other = context.logit(of: $0, row.outputs)
        return other > own || (other == own && $0 < row.targetClass)
      }
      if ahead < k { sums[0] += row.weight }
      sums[1] += row.weight
    } finish: {
      .share("top_\(k)_accuracy", $0[0], of: $0[1])
    }
  }
}

/// The mean over classes of the share of each that is predicted right; classes without samples are left out.
package struct BalancedAccuracy: MetricSpec {
  package static let kind = "balanced_accuracy"
  package static let summary = "mean over classes of the share of each that is predicted right"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    return ConfusionCounts.state(context) { counts in
      let shares = (0..<counts.classes).filter { counts.actual($0) > 0 }.map { counts[$0, $0] / counts.actual($0) }
      return .share(Self.kind, shares.reduce(0, +), of: Double(shares.count))
    }
  }
}

/// The correlation of actual and predicted classes (Matthews 1975; Gorodkin 2004 for several classes); 0 where either
/// is constant.
package struct MatthewsCorrelation: MetricSpec {
  package static let kind = "matthews_correlation"
  package static let summary = "correlation of actual and predicted classes"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { true }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireClasses(Self.kind)
    return ConfusionCounts.state(context) { counts in
      // Of shares, not weights, whose squares could leave the range of numbers.
      let total = counts.total
      guard total > 0 else { return .share(Self.kind, 0, of: 0) }
      var both = 0.0, actual = 0.0, predicted = 0.0
      for index in 0..<counts.classes {
        let a = counts.actual(index) / total, p = counts.predicted(index) / total
        both += a * p
        actual += a * a
        predicted += p * p
      }
      let spread = (1 - actual) * (1 - predicted)
      return MetricValue(Self.kind, spread > 0 ? (counts.correct / total - both) / spread.squareRoot() : 0)
    }
  }
}
