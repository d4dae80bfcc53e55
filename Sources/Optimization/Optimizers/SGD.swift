internal import Kernels
package import Specs

/// Stochastic gradient descent with momentum, PyTorch's formulas.
///
/// `g += weight_decay · w; m = momentum · m + g; w −= learning_rate · m`, or along `g + momentum · m` with Nesterov's
/// momentum (Sutskever et al. 2013).
package struct SGD: OptimizerSpec {
  package static let kind = "sgd"
  package static let summary = "gradient descent with momentum"
  package static let examples = [
    #"{"learning_rate": 0.1}"#, #"{"learning_rate": 0.05, "momentum": 0.9}"#,
    #"{"learning_rate": 0.05, "momentum": 0.9, "nesterov": true, "weight_decay": 0.001}"#,
  ]

  package var learningRate: Double
  var momentum: Double
  var isNesterov: Bool
  var weightDecay: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.01, in: .nonNegative, "step length")
    momentum = try fields.number("momentum", default: 0, in: .unitOpen, "share of the last step that is kept")
    isNesterov = try fields.boolean("nesterov", default: false, "step along the gradient after the momentum step")
    weightDecay = try fields.number(
      "weight_decay", default: 0, in: .nonNegative, "pull towards 0, joined to the gradient")
    if isNesterov, momentum == 0 { throw fields.error("nesterov", "Nesterov's momentum needs momentum > 0, found 0") }
  }

  package func makeOptimizer() -> any Optimizer {
    SGDOptimizer(momentum: Float(momentum), weightDecay: Float(weightDecay), isNesterov: isNesterov)
  }
}

struct SGDOptimizer: ElementwiseOptimizer {
  let momentum: Float
  let weightDecay: Float
  let isNesterov: Bool
  var stateNames: [String] { momentum == 0 ? [] : ["momentum"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    SGDUpdate(
      learningRate: Float(learningRate), momentum: momentum, weightDecay: weightDecay, isNesterov: isNesterov
    ).apply(
      weights, gradient: gradient, velocity: momentum == 0 ? nil : state[0], count: count, weight: Float(weight),
      clip: clip)
  }
}
