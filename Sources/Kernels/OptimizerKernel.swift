import CKernels

/// Scalars of one step of an optimizer, computed in double and rounded once; each formula reads some, see
/// `ck_optimizers.h`.
package struct StepScalars: Sendable {
  /// What the gradient sum is divided by, then multiplied by: `g = gradient / weight · clip + decay · w`.
  package var weight: Double
  package var clip: Float
  package var decay: Double
  /// Decoupled weight decay, times the step length.
  package var shrink = 0.0
  /// What the direction, or the first moment, is multiplied by.
  package var rate = 0.0
  /// What the gradient itself is multiplied by.
  package var gradientRate = 0.0
  package var beta1 = 0.0
  package var beta2 = 0.0
  package var epsilon = 0.0
  /// The square root of the second bias correction.
  package var root = 1.0
  /// What a sum of squares begins with.
  package var start = 0.0
  /// Whether the step is divided by the root of the second moment.
  package var divides = true

  package init(weight: Double, clip: Float, decay: Double = 0) {
    self.weight = weight
    self.clip = clip
    self.decay = decay
  }

  fileprivate var step: ck_step {
    ck_step(
      weight: Float(weight), clip: clip, decay: Float(decay), shrink: Float(shrink), rate: Float(rate),
      gradient_rate: Float(gradientRate), beta1: Float(beta1), rest1: Float(1 - beta1), beta2: Float(beta2),
      rest2: Float(1 - beta2), epsilon: Float(epsilon), root: Float(root), start: Float(start), divides: divides ? 1 : 0
    )
  }
}

/// An optimizer of the list of kernels (`ck_kernels.h`); formulas are in `optimizers.h`.
package struct OptimizerKernel: Sendable {
  private let number: Int32

  /// The names of all, in the list's order.
  package static let names = namesOfList(ck_optimizer_name)

  /// The one of that name, which must be in the list.
  package init(_ name: String) { number = numberInList(name, Self.names) }

  /// Arrays that it keeps, each as long as the weights.
  package var arrays: Int { Int(ck_optimizer_arrays(number)) }

  /// Updates `w` and what is kept, element by element.
  ///
  /// - Parameter state: one pointer for each of ``arrays``.
  /// - Returns: whether all that was stored is finite; false where that is not sure.
  @discardableResult
  package func update(
    _ w: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    state: UnsafePointer<UnsafeMutablePointer<Float>>, count: Int, scalars: StepScalars
  ) -> Bool {
    ck_optimizer_kernel(ck_active(), number)(w, gradient, state, count, scalars.step) != 0
  }
}

/// RMSprop, which keeps one to three arrays.
package enum RMSPropUpdate {
  /// `v = β₂ v + (1 − β₂) g²`; the root of v, or of its deviation where there is an average, divides the step; momentum
  /// is β₁.
  @discardableResult
  package static func apply(
    _ w: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, squares: UnsafeMutablePointer<Float>,
    average: UnsafeMutablePointer<Float>?, momentum: UnsafeMutablePointer<Float>?, count: Int, scalars: StepScalars
  ) -> Bool {
    ck_active().pointee.rmsprop_update(w, gradient, squares, average, momentum, count, scalars.step) != 0
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
