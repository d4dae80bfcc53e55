internal import Kernels
package import Specs

/// Lion: steps of one size along the sign of a mix of momentum and gradient (Chen et al. 2023, algorithm 2).
///
/// `w = (1 − learning_rate · decay) w − learning_rate · sign(β₁ m + (1 − β₁) g); m = β₂ m + (1 − β₂) g`.
package struct Lion: OptimizerSpec {
  package static let kind = "lion"
  package static let summary = "steps of one size along the sign of the momentum"
  package static let examples = [
    #"{"learning_rate": 0.005}"#, #"{"learning_rate": 0.003, "beta1": 0.95, "beta2": 0.98, "weight_decay": 0.1}"#,
  ]

  package var learningRate: Double
  var beta1: Double
  var beta2: Double
  var weightDecay: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.0001, in: .nonNegative, "step length")
    beta1 = try fields.number("beta1", default: 0.9, in: .unitOpen, "share of the momentum in the step's sign")
    beta2 = try fields.number("beta2", default: 0.99, in: .unitOpen, "decay of the momentum")
    weightDecay = try fields.number("weight_decay", default: 0, in: .nonNegative, "pull towards 0, by itself")
  }

  package func makeOptimizer() -> any Optimizer { LionOptimizer(spec: self) }
}

struct LionOptimizer: ElementwiseOptimizer {
  let spec: Lion
  let kernel = OptimizerKernel("lion")
  var stateNames: [String] { ["momentum"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    var scalars = StepScalars(weight: weight, clip: clip)
    scalars.beta1 = spec.beta1
    scalars.beta2 = spec.beta2
    scalars.rate = learningRate
    scalars.shrink = learningRate * spec.weightDecay
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
