internal import Kernels
package import Specs

/// AdaMax: Adam with the greatest gradient in place of the root mean square (Kingma & Ba 2015, algorithm 2), PyTorch's
/// formulas.
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
  let kernel = OptimizerKernel("adamax")
  var stateNames: [String] { ["first_moment", "greatest_gradient"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    let moments = spec.moments
    var scalars = moments.scalars(weight: weight, clip: clip)
    scalars.rate = learningRate / (1 - power(moments.beta1, step))
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
