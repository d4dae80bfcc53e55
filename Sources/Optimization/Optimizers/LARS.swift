internal import Kernels
package import Specs

/// LARS: momentum whose step is scaled, tensor by tensor, by the norms of weights and gradient (You, Gitman & Ginsburg
/// 2017, algorithm 1): `λ = trust · ‖w‖ / (‖g‖ + decay · ‖w‖ + ε)`, `m = momentum · m + learning_rate · λ · (g + decay
/// · w)`, `w −= m`.
///
/// Vectors, like biases, are left out of the scaling, as in MoCo v3's LARS (and by `exclude_from_layer_adaptation` of
/// TensorFlow's Model Garden, `trust_ratio_mask` of Optax): a bias's norm says nothing about its scale. Those step by
/// the whole learning rate, which is 1 here and diverges where gradients are not small; so λ is `trust` for vectors,
/// and where a norm is 0. For very large batches.
package struct LARS: OptimizerSpec {
  package static let kind = "lars"
  package static let summary = "momentum scaled by each tensor's norms, for very large batches"
  package static let examples = [
    #"{"learning_rate": 1}"#, #"{"learning_rate": 2, "momentum": 0.8, "weight_decay": 0.001, "trust": 0.01}"#,
  ]

  package var learningRate: Double
  var momentum: Double
  var weightDecay: Double
  var trust: Double
  var epsilon: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    learningRate = try fields.number("learning_rate", default: 1, in: .nonNegative, "step length")
    momentum = try fields.number("momentum", default: 0.9, in: .unitOpen, "share of the last step that is kept")
    weightDecay = try fields.number("weight_decay", default: 0, in: .nonNegative, "pull towards 0")
    trust = try fields.number(
      "trust", default: 0.001, in: .positive,
      "step length in units of the weights' norm; for vectors, like biases, of the gradient")
    epsilon = try fields.number("epsilon", default: 1e-8, in: .nonNegative, "added to the norms in the denominator")
  }

  package func makeOptimizer() -> any Optimizer { LARSOptimizer(spec: self) }
}

struct LARSOptimizer: LayerwiseOptimizer {
  let spec: LARS
  var stateNames: [String] { ["momentum"] }

  func direct(
    weights: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, step: Int
  ) {}

  func rate(isVector: Bool, weightNorm: Double, directionNorm: Double, learningRate: Double) -> Double {
    guard !isVector, weightNorm > 0, directionNorm > 0 else { return learningRate * spec.trust }
    return learningRate * spec.trust * weightNorm / (directionNorm + spec.weightDecay * weightNorm + spec.epsilon)
  }

  func move(
    weights: UnsafeMutablePointer<Float>, direction: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, rate: Double
  ) {
    GradientArithmetic.lars(
      weights, gradient: direction, velocity: state[0], count: count, momentum: Float(spec.momentum),
      decay: Float(spec.weightDecay), rate: Float(rate))
  }
}
