import CKernels

/// What happens to summed gradients beside the plain updates, element by element: any cut of the arrays gives the same
/// bits.
package enum GradientArithmetic {
  /// `g = clamp(gradient / weight · clip, ±limit) + l1 · sign(w) + l2 · w`, in place.
  package static func prepare(
    _ gradient: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>, count: Int, weight: Float, clip: Float,
    limit: Float, l1: Float, l2: Float
  ) {
    ck_active().pointee.prepare_gradient(
      weights, gradient, count, ck_preparation(weight: weight, clip: clip, limit: limit, l1: l1, l2: l2))
  }

  /// `m = momentum · m + rate · (g + decay · w); w −= m`.
  package static func lars(
    _ weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    count: Int, momentum: Float, decay: Float, rate: Float
  ) {
    ck_active().pointee.lars_update(weights, gradient, velocity, count, momentum, decay, rate)
  }

  /// `y += factor · x`.
  package static func add(
    _ x: UnsafePointer<Float>, times factor: Float, to y: UnsafeMutablePointer<Float>, count: Int
  ) {
    ck_active().pointee.add_scaled(y, x, count, factor)
  }

  /// `y += x`.
  package static func add(_ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int) {
    ck_active().pointee.add_arrays(y, x, count)
  }

  /// `average = decay · average + (1 − decay) · x`.
  package static func average(
    _ x: UnsafePointer<Float>, into average: UnsafeMutablePointer<Float>, count: Int, decay: Double
  ) {
    ck_active().pointee.moving_average(average, x, count, Float(decay), Float(1 - decay))
  }
}
