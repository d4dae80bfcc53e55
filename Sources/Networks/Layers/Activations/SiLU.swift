package import Kernels
package import Specs

/// `y = x · sigmoid(x)`.
///
/// Elfwing et al. 2017; also called swish.
package struct SiLU: ActivationSpec {
  package static let kind = "silu"
  package static let summary = "y = x · sigmoid(x)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
