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

/// What a metric has seen so far. Sums are in double precision; states are merged in the order of evaluation blocks, so results
/// do not depend on ranks or threads.
package protocol MetricState: Sendable {
  /// Adds one sample.
  mutating func update(_ row: MetricRow)
  /// Adds what another state, of later samples, has seen: its ``numbers``.
  mutating func merge(_ numbers: ArraySlice<Double>)
  /// The state as numbers, to send to other ranks; may grow with the samples.
  var numbers: [Double] { get }
  /// The results by name. Names and their order do not depend on samples: an empty state tells them.
  var results: [MetricValue] { get }
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
  package var prediction: Prediction
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
    prediction: Prediction, outputs: Int, classNames: [String], targetNames: [String], units: Normalization,
    decision: DecisionRule = .greatest, cost: [[Double]]? = nil
  ) {
    self.prediction = prediction
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
    switch prediction {
    case .softmaxClass, .sigmoidClass: return
    default:
      throw ConfigError(
        "\(kind) needs a loss with a probability for each class, like categorical_cross_entropy", path: "metrics")
    }
  }

  /// Throws unless values are predicted.
  func requireValues(_ kind: String) throws(ConfigError) {
    switch prediction {
    case .values, .exponential, .meanAndLogVariance, .quantiles: return
    default: throw ConfigError("\(kind) needs a loss on values, like mse", path: "metrics")
    }
  }

  /// The class that outputs predict.
  package func predictedClass(_ outputs: UnsafePointer<Float>) -> Int {
    switch decision {
    case .greatest: Metrics.predictedClass(outputs, classes: self.outputs)
    case .probability(let threshold): probabilities(outputs)[1] >= threshold ? 1 : 0
    case .logOdds(let threshold): logOdds(outputs) >= threshold ? 1 : 0
    case .leastCost(let costs):
      costs.decide { index in
        if case .sigmoidClass = prediction { return index == 0 ? 0 : Double(outputs[0]) }
        return Double(outputs[index])
      }
    }
  }

  /// The logarithm of the second of two classes' probability over the first's.
  func logOdds(_ outputs: UnsafePointer<Float>) -> Double {
    self.outputs == 1 ? Double(outputs[0]) : Double(outputs[1]) - Double(outputs[0])
  }

  /// The probability of each class.
  package func probabilities(_ outputs: UnsafePointer<Float>) -> [Double] {
    if case .sigmoidClass = prediction { return [Self.sigmoid(-outputs[0]), Self.sigmoid(outputs[0])] }
    let most = (0..<self.outputs).reduce(-Float.infinity) { max($0, outputs[$1]) }
    let powers = (0..<self.outputs).map { DoubleFunctions.exp(Double(outputs[$0]) - Double(most)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// Values of one sample's target.
  var width: Int {
    switch prediction {
    case .meanAndLogVariance: outputs / 2
    case .quantiles(let levels): outputs / max(1, levels.count)
    default: outputs
    }
  }

  /// The predicted value of a target, in the data's units; of quantiles the one nearest the median.
  func value(_ column: Int, _ outputs: UnsafePointer<Float>) -> Double {
    switch prediction {
    case .exponential: return DoubleFunctions.exp(Double(outputs[column]))
    case .quantiles(let levels):
      let middle = levels.indices.min { abs(levels[$0] - 0.5) < abs(levels[$1] - 0.5) } ?? 0
      return Double(units.restore(outputs[middle * width + column], feature: column))
    default: return Double(units.restore(outputs[column], feature: column))
    }
  }

  /// A target's value in the data's units.
  func target(_ column: Int, _ values: UnsafePointer<Float>) -> Double {
    Double(units.restore(values[column], feature: column))
  }

  /// `1 / (1 + e^−z)`, exact far out too.
  package static func sigmoid(_ z: Float) -> Double {
    let power = DoubleFunctions.exp(-Double(abs(z)))
    return z >= 0 ? 1 / (1 + power) : power / (1 + power)
  }
}

/// The class that outputs predict: the first greatest logit, or, for one output, whether it is positive.
package func predictedClass(_ outputs: UnsafePointer<Float>, classes: Int) -> Int {
  guard classes > 1 else { return outputs[0] > 0 ? 1 : 0 }
  var best = 0
  for index in 1..<classes where outputs[index] > outputs[best] { best = index }
  return best
}
