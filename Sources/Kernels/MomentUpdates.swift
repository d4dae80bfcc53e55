import CKernels

/// What the optimizers' kernels do with a gradient sum first: `g = gradient / weight · clip + decay · w`.
package struct MeanGradient: Sendable {
  package var weight: Double
  package var clip: Float
  package var decay: Double

  package init(weight: Double, clip: Float, decay: Double) {
    self.weight = weight
    self.clip = clip
    self.decay = decay
  }

  fileprivate var scalars: ck_mean { ck_mean(weight: Float(weight), clip: clip, decay: Float(decay)) }
}

/// Scalars of Adam's kin at one step, computed in double and rounded once.
package struct MomentScalars: Sendable {
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  /// The square root of the second bias correction.
  package var root = 1.0
  /// What the first moment is multiplied by.
  package var firstRate: Double
  /// What the gradient itself is multiplied by.
  package var gradientRate = 0.0
  /// Whether the step is divided by the root of the second moment.
  package var divides = true

  package init(beta1: Double, beta2: Double, epsilon: Double, firstRate: Double) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.firstRate = firstRate
  }

  fileprivate var scalars: ck_moments {
    ck_moments(
      beta1: Float(beta1), rest1: Float(1 - beta1), beta2: Float(beta2), rest2: Float(1 - beta2),
      epsilon: Float(epsilon), root: Float(root), first_rate: Float(firstRate), gradient_rate: Float(gradientRate),
      divides: divides ? 1 : 0)
  }
}

/// Updates of optimizers beyond gradient descent and Adam, element by element; see `ck_optimizers.h` for the formulas. They return whether all
/// that they stored is finite; false where that is not sure.
package enum MomentUpdates {
  package typealias Array = UnsafeMutablePointer<Float>

  @discardableResult
  package static func adagrad(
    _ w: Array, gradient: UnsafePointer<Float>, squares: Array, count: Int, mean: MeanGradient, rate: Double,
    start: Double, epsilon: Double
  ) -> Bool {
    ck_active().pointee.adagrad_update(
      w, gradient, squares, count, mean.scalars, Float(rate), Float(start), Float(epsilon)) != 0
  }

  @discardableResult
  package static func adadelta(
    _ w: Array, gradient: UnsafePointer<Float>, squares: Array, steps: Array, count: Int, mean: MeanGradient,
    rate: Double, decay: Double, epsilon: Double
  ) -> Bool {
    ck_active().pointee.adadelta_update(
      w, gradient, squares, steps, count, mean.scalars, Float(rate), Float(decay), Float(1 - decay), Float(epsilon))
      != 0
  }

  @discardableResult
  package static func rmsprop(
    _ w: Array, gradient: UnsafePointer<Float>, squares: Array, average: Array?,
    momentum: (array: Array, keep: Double)?,
    count: Int, mean: MeanGradient, rate: Double, decay: Double, epsilon: Double
  ) -> Bool {
    ck_active().pointee.rmsprop_update(
      w, gradient, squares, average, momentum?.array, count, mean.scalars,
      ck_rmsprop(
        rate: Float(rate), alpha: Float(decay), rest: Float(1 - decay), epsilon: Float(epsilon),
        momentum: Float(momentum?.keep ?? 0))) != 0
  }

  /// `w −= (firstRate · m + gradientRate · g) / (√v / root + ε)`.
  @discardableResult
  package static func moments(
    _ w: Array, gradient: UnsafePointer<Float>, first: Array, second: Array, count: Int, mean: MeanGradient,
    scalars: MomentScalars
  ) -> Bool {
    ck_active().pointee.moments_update(w, gradient, first, second, count, mean.scalars, scalars.scalars) != 0
  }

  @discardableResult
  package static func amsgrad(
    _ w: Array, gradient: UnsafePointer<Float>, first: Array, second: Array, greatest: Array, count: Int,
    mean: MeanGradient, scalars: MomentScalars
  ) -> Bool {
    ck_active().pointee.amsgrad_update(w, gradient, first, second, greatest, count, mean.scalars, scalars.scalars) != 0
  }

  @discardableResult
  package static func adamax(
    _ w: Array, gradient: UnsafePointer<Float>, first: Array, greatest: Array, count: Int, mean: MeanGradient,
    scalars: MomentScalars
  ) -> Bool {
    ck_active().pointee.adamax_update(w, gradient, first, greatest, count, mean.scalars, scalars.scalars) != 0
  }

  @discardableResult
  package static func lion(
    _ w: Array, gradient: UnsafePointer<Float>, momentum: Array, count: Int, mean: MeanGradient,
    scalars: MomentScalars, shrink: Double
  ) -> Bool {
    ck_active().pointee.lion_update(w, gradient, momentum, count, mean.scalars, scalars.scalars, Float(shrink)) != 0
  }
}

/// `base` to the power `exponent` by repeated squaring: the C library's `pow` differs in bits between systems.
package func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    square *= square
    rest >>= 1
  }
  return result
}
