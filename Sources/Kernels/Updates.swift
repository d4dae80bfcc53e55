import CKernels

/// Scalars of gradient descent with momentum, PyTorch's formulas.
package struct SGDUpdate: Sendable {
  /// Step length, above 0.
  package var learningRate: Float
  /// 0 (none) up to 1; with 0 the momentum array is not touched.
  package var momentum: Float
  /// Coupled weight decay, 0 or more: `g += weightDecay * w`.
  package var weightDecay: Float
  /// Whether to step along `g + momentum * m` instead of `m`.
  package var isNesterov: Bool

  package init(learningRate: Float, momentum: Float = 0, weightDecay: Float = 0, isNesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
  }

  /// `g = gradient / weight * clip + weightDecay * w`, `m = momentum * m + g`, `w -= learningRate * m`, element by
  /// element (products before a sum are fused), so any cut of the arrays gives the same bits.
  /// - Parameters:
  ///   - parameters: `w`, updated.
  ///   - gradient: Sum of the gradients.
  ///   - velocity: `m`, updated, zero before the first step; may be nil if `momentum` is 0.
  ///   - count: Number of elements.
  ///   - weight: Total weight of the batch, above 0.
  ///   - clip: Factor after the division, 1 for none.
  /// - Returns: whether all that was stored is finite; false where that is not sure.
  @discardableResult
  package func apply(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, velocity: UnsafeMutablePointer<Float>?,
    count: Int, weight: Float, clip: Float = 1
  ) -> Bool {
    precondition(momentum == 0 || velocity != nil, "momentum needs a velocity array")
    let scalars = ck_sgd(
      learning_rate: learningRate, momentum: momentum, decay: weightDecay, weight: weight, clip: clip,
      nesterov: isNesterov ? 1 : 0)
    return ck_active().pointee.sgd_update(parameters, gradient, velocity, count, scalars) != 0
  }
}

/// Scalars of Adam and AdamW, PyTorch's formulas.
///
/// Kingma & Ba 2015, algorithm 1; Loshchilov & Hutter 2019, algorithm 2.
package struct AdamUpdate: Sendable {
  /// Step length, above 0.
  package var learningRate: Double
  /// β₁, decay of the first moment, in `0..<1`.
  package var beta1: Double
  /// β₂, decay of the second moment, in `0..<1`.
  package var beta2: Double
  /// ε, added to the root of the second moment.
  package var epsilon: Double
  /// Weight decay, 0 or more.
  package var weightDecay: Double
  /// Whether decay shrinks the weights by itself (AdamW) instead of joining the gradient (Adam).
  package var isDecoupled: Bool

  package init(
    learningRate: Double, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    isDecoupled: Bool = false
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
  }

  /// `m = β₁m + (1 - β₁)g`, `v = β₂v + (1 - β₂)g²`,
  /// `w -= learningRate / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)`, element by element.
  /// - Parameters:
  ///   - parameters: `w`, updated.
  ///   - gradient: Sum of the gradients.
  ///   - firstMoment: `m`, updated, zero before the first step.
  ///   - secondMoment: `v`, updated, zero before the first step.
  ///   - count: Number of elements.
  ///   - step: `t`, 1 at the first step.
  ///   - weight: Total weight of the batch, above 0.
  ///   - clip: Factor after the division, 1 for none.
  /// - Returns: whether all that was stored is finite; false where that is not sure.
  @discardableResult
  package func apply(
    _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: Int,
    weight: Float, clip: Float = 1
  ) -> Bool {
    precondition(step >= 1, "Adam counts steps from 1")
    let scalars = ck_adam(
      beta1: Float(beta1), one_minus_beta1: Float(1 - beta1), beta2: Float(beta2), one_minus_beta2: Float(1 - beta2),
      epsilon: Float(epsilon), step: Float(learningRate / (1 - power(beta1, step))),
      root: Float((1 - power(beta2, step)).squareRoot()), decay: isDecoupled ? 0 : Float(weightDecay),
      shrink: isDecoupled ? Float(learningRate * weightDecay) : 0, weight: weight, clip: clip)
    return ck_active().pointee.adam_update(parameters, gradient, firstMoment, secondMoment, count, scalars) != 0
  }
}

extension AdamUpdate {
  /// The direction of LAMB, in place of the gradient: `m̂ / (√v̂ + ε) + weightDecay · w`; the gradient is a mean
  /// already.
  package func direction(
    _ parameters: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>, count: Int, step: Int
  ) {
    precondition(step >= 1, "LAMB counts steps from 1")
    let scalars = ck_adam(
      beta1: Float(beta1), one_minus_beta1: Float(1 - beta1), beta2: Float(beta2), one_minus_beta2: Float(1 - beta2),
      epsilon: Float(epsilon), step: Float(1 / (1 - power(beta1, step))),
      root: Float((1 - power(beta2, step)).squareRoot()), decay: Float(weightDecay), shrink: 0, weight: 1, clip: 1)
    ck_active().pointee.lamb_direction(parameters, gradient, firstMoment, secondMoment, count, scalars)
  }
}
