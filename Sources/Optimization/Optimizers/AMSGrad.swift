internal import Kernels
package import Specs

/// AMSGrad: Adam divided by the greatest second moment so far (Reddi, Kale & Kumar 2018, algorithm 2), PyTorch's
/// formulas.
package struct AMSGrad: OptimizerSpec {
  package static let kind = "amsgrad"
  package static let summary = "Adam divided by the greatest second moment so far"
  package static let examples = [
    #"{"learning_rate": 0.02}"#, #"{"learning_rate": 0.01, "beta1": 0.8, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.001, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0)
  }

  package func makeOptimizer() -> any Optimizer { AMSGradOptimizer(spec: self) }
}

struct AMSGradOptimizer: ElementwiseOptimizer {
  let spec: AMSGrad
  let kernel = OptimizerKernel("amsgrad")
  var stateNames: [String] { ["first_moment", "second_moment", "greatest_second_moment"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    let moments = spec.moments
    var scalars = moments.scalars(weight: weight, clip: clip)
    scalars.rate = learningRate / (1 - power(moments.beta1, step))
    scalars.root = (1 - power(moments.beta2, step)).squareRoot()
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
