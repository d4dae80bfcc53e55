package import Kernels
package import Specs

/// `y = log(1 + eˣ)`.
package struct Softplus: ActivationSpec {
  package static let kind = "softplus"
  package static let summary = "y = log(1 + eˣ)"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .named(Self.kind) }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
