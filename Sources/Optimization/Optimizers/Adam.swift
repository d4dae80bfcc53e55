internal import Kernels
package import Specs

/// Adam: steps scaled by running means of the gradient and of its square (Kingma & Ba 2015, algorithm 1).
///
/// Weight decay joins the gradient, as in PyTorch's `Adam`.
package struct Adam: OptimizerSpec {
  package static let kind = "adam"
  package static let summary = "steps scaled by running moments of the gradient"
  package static let examples = [
    #"{"learning_rate": 0.05}"#, #"{"learning_rate": 0.02, "beta1": 0.8, "beta2": 0.99, "weight_decay": 0.01}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.001, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0)
  }

  package func makeOptimizer() -> any Optimizer { AdamOptimizer(moments: moments, isDecoupled: false) }
}

/// AdamW: Adam whose weight decay shrinks the weights by itself (Loshchilov & Hutter 2019, algorithm 2).
package struct AdamW: OptimizerSpec {
  package static let kind = "adamw"
  package static let summary = "Adam with decoupled weight decay"
  package static let examples = [#"{"learning_rate": 0.05}"#, #"{"learning_rate": 0.02, "weight_decay": 0.1}"#]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.001, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0.01)
  }

  package func makeOptimizer() -> any Optimizer { AdamOptimizer(moments: moments, isDecoupled: true) }
}

/// The keys that Adam and its kin share.
struct AdamMoments: Sendable {
  var beta1: Double
  var beta2: Double
  var epsilon: Double
  var weightDecay: Double

  init(from fields: FieldReader, decay: Double, epsilon standard: Double = 1e-8) throws(ConfigError) {
    beta1 = try fields.number("beta1", default: 0.9, in: .unitOpen, "decay of the first moment")
    beta2 = try fields.number("beta2", default: 0.999, in: .unitOpen, "decay of the second moment")
    epsilon = try fields.number("epsilon", default: standard, in: .positive, "added to the root of the second moment")
    weightDecay = try fields.number("weight_decay", default: decay, in: .nonNegative, "pull towards 0")
  }

  /// What Adam's kin hand to their kernels, without the rate.
  func scalars(weight: Double, clip: Float) -> StepScalars {
    var scalars = StepScalars(weight: weight, clip: clip, decay: weightDecay)
    (scalars.beta1, scalars.beta2, scalars.epsilon) = (beta1, beta2, epsilon)
    return scalars
  }
}

struct AdamOptimizer: ElementwiseOptimizer {
  let moments: AdamMoments
  let isDecoupled: Bool
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, weight: Double, clip: Float, learningRate: Double,
    step: Int
  ) -> Bool {
    AdamUpdate(
      learningRate: learningRate, beta1: moments.beta1, beta2: moments.beta2, epsilon: moments.epsilon,
      weightDecay: moments.weightDecay, isDecoupled: isDecoupled
    ).apply(
      weights, gradient: gradient, firstMoment: state[0], secondMoment: state[1], count: count, step: step,
      weight: Float(weight), clip: clip)
  }
}
