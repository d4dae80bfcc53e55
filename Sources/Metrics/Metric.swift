package import Kernels
package import Networks
package import Specs

/// A metric as config.json names it.
package protocol MetricSpec: Spec {
  /// Whether more is better; nil where neither is.
  var higherIsBetter: Bool? { get }
  /// What the numbers are in, like `%`; empty for none.
  var unit: String { get }
  /// Makes an empty state, or says why the metric does not suit the predictions.
  func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState
}

extension MetricSpec {
  package var unit: String { "" }
}

/// What a metric has seen so far. Sums are in double precision; states are merged in the order of evaluation blocks, so
/// results do not depend on ranks or threads.
package protocol MetricState: Sendable {
  /// Adds one sample.
  mutating func update(_ row: MetricRow)
  /// Adds what another state, of later samples, has seen: its ``numbers``.
  mutating func merge(_ numbers: ArraySlice<Double>)
  /// The state as numbers, to send to other ranks; may grow with the samples.
  var numbers: [Double] { get }
  /// What it yields. Name, labels and their order do not depend on samples: an empty state tells them.
  var value: MetricValue { get }
}

/// One sample for a metric.
package struct MetricRow {
  package var outputs: UnsafePointer<Float>
  package var targetClass: Int
  package var targetValues: UnsafePointer<Float>
  package var weight: Double

  package init(outputs: UnsafePointer<Float>, targetClass: Int, targetValues: UnsafePointer<Float>, weight: Double) {
    self.outputs = outputs
    self.targetClass = targetClass
    self.targetValues = targetValues
    self.weight = weight
  }
}

/// What metrics know of the run: how outputs become predictions, and what the targets are.
package struct MetricContext: Sendable {
  package let prediction: any Prediction
  /// The link, where it predicts a class, probabilities of classes, values: asked once, not for each sample.
  let classLink: (any ClassPrediction)?
  let probabilityLink: (any ProbabilityPrediction)?
  let valueLink: (any ValuePrediction)?
  package var outputs: Int
  package var classNames: [String]
  package var targetNames: [String]
  /// Targets and predicted values are compared in the data's units.
  package var units: Normalization
  /// How one class is decided on.
  package var decision: DecisionRule
  /// What wrong classes cost, where the loss says so: row actual, column predicted.
  package var cost: [[Double]]?

  package init(
    prediction: any Prediction, outputs: Int, classNames: [String], targetNames: [String], units: Normalization,
    decision: DecisionRule = .greatest, cost: [[Double]]? = nil
  ) {
    self.prediction = prediction
    classLink = prediction as? any ClassPrediction
    probabilityLink = prediction as? any ProbabilityPrediction
    valueLink = prediction as? any ValuePrediction
    self.outputs = outputs
    self.classNames = classNames
    self.targetNames = targetNames
    self.units = units
    self.decision = decision
    self.cost = cost
  }

  package var classes: Int { classNames.count }

  /// Throws unless one class is predicted.
  func requireClasses(_ kind: String) throws(ConfigError) {
    guard prediction.isClass, classes > 0 else {
      throw ConfigError("\(kind) needs a loss on classes", path: "metrics")
    }
  }

  /// Throws unless each class has a probability.
  func requireProbabilities(_ kind: String) throws(ConfigError) {
    guard prediction.hasClassProbabilities else {
      throw ConfigError(
        "\(kind) needs a loss with a probability for each class, like categorical_cross_entropy", path: "metrics")
    }
  }

  /// Throws unless values are predicted.
  func requireValues(_ kind: String) throws(ConfigError) {
    guard valueLink != nil else { throw ConfigError("\(kind) needs a loss on values, like mse", path: "metrics") }
  }

  /// The outputs of one sample, as links read them.
  func row(_ outputs: UnsafePointer<Float>) -> OutputRow { OutputRow(start: outputs, count: self.outputs) }

  /// The class that outputs predict; 0 where no class is predicted.
  package func predictedClass(_ outputs: UnsafePointer<Float>) -> Int { predictedClass(row(outputs)) }

  package func predictedClass(_ outputs: OutputRow) -> Int {
    guard let link = classLink else { return 0 }
    return switch decision {
    case .greatest: link.predictedClass(outputs)
    case .probability(let threshold): probabilities(outputs)[1] >= threshold ? 1 : 0
    case .logOdds(let threshold): link.logOdds(outputs) >= threshold ? 1 : 0
    case .leastCost(let costs): costs.decide { link.logit(of: $0, outputs) }
    }
  }

  /// The logarithm of the second of two classes' probability over the first's; NaN where no class is predicted.
  func logOdds(_ outputs: UnsafePointer<Float>) -> Double { classLink?.logOdds(row(outputs)) ?? .nan }

  /// The probability of each class.
  package func probabilities(_ outputs: UnsafePointer<Float>) -> [Double] { probabilities(row(outputs)) }

  /// Files of earlier builds have a threshold on the softmax of scores without probabilities too.
  private func probabilities(_ outputs: OutputRow) -> [Double] {
    probabilityLink?.probabilities(outputs) ?? softmaxProbabilities(outputs)
  }

  /// Values of one sample's target.
  var width: Int { valueLink?.width(outputs: outputs) ?? outputs }

  /// The predicted value of a target, in the data's units; NaN where no values are predicted.
  func value(_ column: Int, _ outputs: UnsafePointer<Float>) -> Double {
    valueLink?.value(column, row(outputs), units: units) ?? .nan
  }

  /// A target's value in the data's units.
  func target(_ column: Int, _ values: UnsafePointer<Float>) -> Double {
    units.restore(values[column], feature: column)
  }
}
