package import Specs

/// Limits on the mean gradient, `training.gradient_clip_norm` and `training.gradient_clip_value`.
package struct GradientClipping: Sendable, Equatable {
  /// The greatest norm of all parameters' gradients together: `g *= min(1, norm / (‖g‖ + 1e-6))` (Pascanu et al. 2013).
  package var norm: Double?
  /// The greatest size of an element, after ``norm``.
  package var value: Double?

  package init(from fields: FieldReader) throws(ConfigError) {
    norm = try fields.optionalNumber(
      "gradient_clip_norm", in: .positive, "greatest norm of the mean gradient over all parameters")
    value = try fields.optionalNumber(
      "gradient_clip_value", in: .positive, "greatest size of an element of the mean gradient")
  }
}

/// An exponential moving average of the weights (Polyak & Juditsky 1992), `training.ema`: evaluated and handed over in place of
/// the last weights.
package struct WeightAveraging: Sendable, Equatable {
  private var decay: Double
  private var warmsUp: Bool

  package init(from fields: FieldReader) throws(ConfigError) {
    decay = try fields.number("decay", default: 0.999, in: .unitOpen, "share of the average that each update keeps")
    warmsUp = try fields.boolean(
      "warmup", default: false, "start with a smaller decay: at most (1 + step) / (10 + step)")
  }

  /// The decay at an update, counted from 1.
  func decay(step: Int) -> Double { warmsUp ? min(decay, Double(1 + step) / Double(10 + step)) : decay }
}
