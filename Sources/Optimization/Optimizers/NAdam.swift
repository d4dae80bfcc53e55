internal import Kernels
package import Specs

/// NAdam: Adam with Nesterov's momentum (Dozat 2016), PyTorch's formulas with their schedule of the momentum,
/// `μₜ = β₁ (1 − ½ · 0.96^(t · momentum_decay))`.
package struct NAdam: OptimizerSpec {
  package static let kind = "nadam"
  package static let summary = "Adam with Nesterov's momentum"
  package static let examples = [
    #"{"learning_rate": 0.02}"#,
    #"{"learning_rate": 0.01, "beta1": 0.8, "momentum_decay": 0.01, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments
  var momentumDecay: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.002, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0)
    momentumDecay = try fields.number(
      "momentum_decay", default: 0.004, in: .nonNegative, "how fast the momentum reaches beta1")
  }

  package func makeOptimizer() -> any Optimizer { NAdamOptimizer(spec: self) }
}

struct NAdamOptimizer: ElementwiseOptimizer {
  let spec: NAdam
  let kernel = OptimizerKernel("moments")
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    let moments = spec.moments
    let momentum = momentum(at: step), next = self.momentum(at: step + 1), product = momentumProduct(to: step)
    var scalars = moments.scalars(weight: weight, clip: clip)
    scalars.rate = learningRate * next / (1 - product * next)
    scalars.gradientRate = learningRate * (1 - momentum) / (1 - product)
    scalars.root = (1 - power(moments.beta2, step)).squareRoot()
    return kernel.update(weights, gradient: gradient, state: state, count: count, scalars: scalars)
  }

  private func momentum(at step: Int) -> Double {
    spec.moments.beta1 * (1 - 0.5 * power(fade, step))
  }

  /// 0.96^momentum_decay, by which the momentum's schedule moves in one step.
  private var fade: Double { DoubleFunctions.exp(spec.momentumDecay * DoubleFunctions.log(0.96)) }

  /// The product of all momenta so far; factors are left out once it no longer matters.
  private func momentumProduct(to step: Int) -> Double {
    let fade = fade, beta1 = spec.moments.beta1
    var product = 1.0, faded = 1.0, index = 0
    while index < step, product > 1e-30 {
      faded *= fade
      product *= beta1 * (1 - 0.5 * faded)
      index += 1
    }
    return product
  }
}
