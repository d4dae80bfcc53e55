package import Kernels
package import Specs

/// `y = 1 / (1 + e⁻ˣ)`.
package struct Sigmoid: ActivationSpec {
  package static let kind = "sigmoid"
  package static let summary = "y = 1 / (1 + e⁻ˣ)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
