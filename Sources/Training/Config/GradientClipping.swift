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
