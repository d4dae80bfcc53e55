package import Kernels
package import Specs

/// `y = x`.
package struct Identity: ActivationSpec {
  package static let kind = "identity"
  package static let summary = "y = x"
  package static let examples = ["{}", "{ }"]
  package var activation: Activation { .identity }

  package init(from fields: FieldReader) throws(ConfigError) {}
}
