internal import Kernels
package import Specs

/// AdaMax: Adam with the greatest gradient in place of the root mean square (Kingma & Ba 2015, algorithm 2), PyTorch's formulas.
package struct AdaMax: OptimizerSpec {
  package static let kind = "adamax"
  package static let summary = "Adam with the greatest gradient in place of the root mean square"
  package static let examples = [
    #"{"learning_rate": 0.02}"#, #"{"learning_rate": 0.01, "beta2": 0.9, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.002, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0)
  }

  package func makeOptimizer() -> any Optimizer { AdaMaxOptimizer(spec: self) }
}

struct AdaMaxOptimizer: ElementwiseOptimizer {
  let spec: AdaMax
  var stateNames: [String] { ["first_moment", "greatest_gradient"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    let mean = MeanGradient(weight: weight, clip: clip, decay: spec.moments.weightDecay)
    let moments = spec.moments
    let scalars = MomentScalars(
      beta1: moments.beta1, beta2: moments.beta2, epsilon: moments.epsilon,
      firstRate: learningRate / (1 - power(moments.beta1, step)))
    return MomentUpdates.adamax(
      weights, gradient: gradient, first: state[0], greatest: state[1], count: count, mean: mean, scalars: scalars)
  }
}
