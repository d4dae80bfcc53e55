package import Kernels
package import Specs

/// `y = tanh(x)`.
package struct Tanh: ActivationSpec {
  package static let kind = "tanh"
  package static let summary = "y = tanh(x)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
