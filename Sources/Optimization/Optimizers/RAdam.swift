internal import Kernels
package import Specs

/// RAdam: Adam whose first steps are not divided while the second moment is uncertain (Liu et al. 2020, algorithm 2),
/// PyTorch's formulas.
package struct RAdam: OptimizerSpec {
  package static let kind = "radam"
  package static let summary = "Adam rectified while the second moment is uncertain"
  package static let examples = [
    #"{"learning_rate": 0.02}"#, #"{"learning_rate": 0.01, "beta2": 0.99, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.001, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0)
  }

  package func makeOptimizer() -> any Optimizer { RAdamOptimizer(spec: self) }
}

struct RAdamOptimizer: ElementwiseOptimizer {
  let spec: RAdam
  let kernel = OptimizerKernel("moments")
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    let moments = spec.moments
    var scalars = moments.scalars(weight: weight, clip: clip)
    scalars.rate = learningRate / (1 - power(moments.beta1, step))
    let fade = power(moments.beta2, step)
    let longest = 2 / (1 - moments.beta2) - 1
    let length = longest - 2 * Double(step) * fade / (1 - fade)
    scalars.divides = length > 5
    if scalars.divides {
      let numerator = (length - 4) * (length - 2) * longest, denominator = (longest - 4) * (longest - 2) * length
      // PyTorch adds epsilon to the root before the bias correction.
      scalars.rate *= (numerator / denominator).squareRoot() * (1 - fade).squareRoot()
    }
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }
}
