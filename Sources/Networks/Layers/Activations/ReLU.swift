package import Kernels
package import Specs

/// `y = max(0, x)`.
///
/// Nair & Hinton 2010.
package struct ReLU: ActivationSpec {
  package static let kind = "relu"
  package static let summary = "y = max(0, x)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
