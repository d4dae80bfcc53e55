internal import Kernels
package import Specs

/// Adadelta: steps in the units of earlier steps (Zeiler 2012, algorithm 1), PyTorch's formulas.
///
/// `v = ρ v + (1 − ρ) g²; d = √(u + ε) / √(v + ε) · g; u = ρ u + (1 − ρ) d²; w −= learning_rate · d`.
package struct Adadelta: OptimizerSpec {
  package static let kind = "adadelta"
  package static let summary = "steps in the units of earlier steps"
  package static let examples = [
    #"{"learning_rate": 1}"#, #"{"learning_rate": 0.5, "decay": 0.95, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var decay: Double
  var epsilon: Double
  var weightDecay: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 1, in: .nonNegative, "step length")
    decay = try fields.number("decay", default: 0.9, in: .unitOpen, "decay of the averages of squares")
    epsilon = try fields.number("epsilon", default: 1e-6, in: .positive, "added to the averages")
    weightDecay = try fields.number(
      "weight_decay", default: 0, in: .nonNegative, "pull towards 0, joined to the gradient")
  }

  package func makeOptimizer() -> any Optimizer { AdadeltaOptimizer(spec: self) }
}

struct AdadeltaOptimizer: ElementwiseOptimizer {
  let spec: Adadelta
  let kernel = OptimizerKernel("adadelta")
  var stateNames: [String] { ["squares", "squared_steps"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    var scalars = StepScalars(weight: weight, clip: clip, decay: spec.weightDecay)
    scalars.rate = learningRate
    scalars.beta2 = spec.decay
    scalars.epsilon = spec.epsilon
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
