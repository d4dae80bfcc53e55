package import Kernels
package import Specs

/// `y = x · Φ(x), Φ the normal distribution function (exact, not the tanh approximation)`.
///
/// Hendrycks & Gimpel 2016.
package struct GELU: ActivationSpec {
  package static let kind = "gelu"
  package static let summary = "y = x · Φ(x), Φ the normal distribution function (exact, not the tanh approximation)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
