internal import Kernels
package import Specs

/// LAMB: Adam whose step is scaled, tensor by tensor, by the norms of weights and step (You et al. 2020, algorithm 2):
/// `r = m̂ / (√v̂ + ε) + decay · w`, `w −= learning_rate · ‖w‖ / ‖r‖ · r`.
///
/// The ratio of norms is 1 where one of them is 0, as in the authors' code, and for vectors, like biases, which BERT's
/// training left out of the scaling (`exclude_from_layer_adaptation` of TensorFlow's Model Garden, Apex without
/// `use_nvlamb`): a bias that starts near 0 could hardly move. For very large batches.
package struct LAMB: OptimizerSpec {
  package static let kind = "lamb"
  package static let summary = "Adam scaled by each tensor's norms, for very large batches"
  package static let examples = [
    #"{"learning_rate": 0.02}"#, #"{"learning_rate": 0.01, "beta1": 0.8, "weight_decay": 0.1}"#,
  ]

  package var learningRate: Double
  var moments: AdamMoments

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 0.001, in: .nonNegative, "step length")
    moments = try AdamMoments(from: fields, decay: 0, epsilon: 1e-6)
  }

  package func makeOptimizer() -> any Optimizer { LAMBOptimizer(moments: moments) }
}

struct LAMBOptimizer: LayerwiseOptimizer {
  let moments: AdamMoments
  var stateNames: [String] { ["first_moment", "second_moment"] }

  func direct(
    weights: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, step: Int
  ) {
    AdamUpdate(
      learningRate: 1, beta1: moments.beta1, beta2: moments.beta2, epsilon: moments.epsilon,
      weightDecay: moments.weightDecay, isDecoupled: false
    ).direction(
      weights, gradient: gradient, firstMoment: state[0], secondMoment: state[1], count: count, step: step)
  }

  func rate(isVector: Bool, weightNorm: Double, directionNorm: Double, learningRate: Double) -> Double {
    !isVector && weightNorm > 0 && directionNorm > 0 ? learningRate * weightNorm / directionNorm : learningRate
  }

  func move(
    weights: UnsafeMutablePointer<Float>, direction: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, rate: Double
  ) {
    GradientArithmetic.add(direction, times: Float(-rate), to: weights, count: count)
  }
}
