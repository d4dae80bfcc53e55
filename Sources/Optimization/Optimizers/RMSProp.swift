internal import Kernels
package import Specs

/// RMSProp: steps divided by the root of a running mean of squared gradients (Tieleman & Hinton 2012, lecture 6.5),
/// PyTorch's formulas; `centered` takes the variance instead (Graves 2013).
package struct RMSProp: OptimizerSpec {
  package static let kind = "rmsprop"
  package static let summary = "steps divided by the root of a running mean of squared gradients"
  package static let examples = [
    #"{"learning_rate": 0.01}"#, #"{"learning_rate": 0.01, "momentum": 0.9, "centered": true, "weight_decay": 0.01}"#,
    #"{"learning_rate": 0.005, "decay": 0.9, "momentum": 0.5}"#,
  ]

  package var learningRate: Double
  var decay: Double
  var epsilon: Double
  var weightDecay: Double
  var momentum: Double
  var isCentered: Bool

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.01, in: .nonNegative, "step length")
    decay = try fields.number("decay", default: 0.99, in: .unitOpen, "decay of the average of squares")
    epsilon = try fields.number("epsilon", default: 1e-8, in: .positive, "added to the root")
    weightDecay = try fields.number(
      "weight_decay", default: 0, in: .nonNegative, "pull towards 0, joined to the gradient")
    momentum = try fields.number("momentum", default: 0, in: .unitOpen, "share of the last step that is kept")
    isCentered = try fields.boolean(
      "centered", default: false, "divide by the deviation instead of the root mean square")
  }

  package func makeOptimizer() -> any Optimizer { RMSPropOptimizer(spec: self) }
}

struct RMSPropOptimizer: ElementwiseOptimizer {
  let spec: RMSProp
  var stateNames: [String] {
    ["squares"] + (spec.isCentered ? ["average"] : []) + (spec.momentum > 0 ? ["momentum"] : [])
  }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    var scalars = StepScalars(weight: weight, clip: clip, decay: spec.weightDecay)
    scalars.rate = learningRate
    scalars.beta1 = spec.momentum
    scalars.beta2 = spec.decay
    scalars.epsilon = spec.epsilon
    return RMSPropUpdate.apply(
      weights, gradient: gradient, squares: state[0], average: spec.isCentered ? state[1] : nil,
      momentum: spec.momentum > 0 ? state[spec.isCentered ? 2 : 1] : nil, count: count, scalars: scalars)
  }
}
