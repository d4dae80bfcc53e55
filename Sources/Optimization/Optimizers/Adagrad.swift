internal import Kernels
package import Specs

/// Adagrad: steps divided by the root of the sum of squared gradients (Duchi, Hazan & Singer 2011), PyTorch's formulas.
///
/// `s += g²; w −= learning_rate / (1 + (t − 1) · learning_rate_decay) · g / (√s + ε)`.
package struct Adagrad: OptimizerSpec {
  package static let kind = "adagrad"
  package static let summary = "steps divided by the root of all squared gradients so far"
  package static let examples = [
    #"{"learning_rate": 0.1}"#,
    #"{"learning_rate": 0.05, "learning_rate_decay": 0.01, "initial_accumulator": 0.1, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var rateDecay: Double
  var start: Double
  var epsilon: Double
  var weightDecay: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.01, in: .nonNegative, "step length")
    rateDecay = try fields.number(
      "learning_rate_decay", default: 0, in: .nonNegative, "the step shrinks by 1 / (1 + (t − 1) · this)")
    start = try fields.number("initial_accumulator", default: 0, in: .nonNegative, "the sum of squares at the start")
    epsilon = try fields.number("epsilon", default: 1e-10, in: .positive, "added to the root")
    weightDecay = try fields.number(
      "weight_decay", default: 0, in: .nonNegative, "pull towards 0, joined to the gradient")
  }

  package func makeOptimizer() -> any Optimizer { AdagradOptimizer(spec: self) }
}

struct AdagradOptimizer: ElementwiseOptimizer {
  let spec: Adagrad
  let kernel = OptimizerKernel("adagrad")
  var stateNames: [String] { ["squares"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    var scalars = StepScalars(weight: weight, clip: clip, decay: spec.weightDecay)
    scalars.rate = learningRate / (1 + Double(step - 1) * spec.rateDecay)
    scalars.start = spec.start
    scalars.epsilon = spec.epsilon
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
