package import Kernels
package import Specs

/// `y = x where x > 0, else slope · x`.
///
/// Maas et al. 2013.
package struct LeakyReLU: ActivationSpec {
  package static let kind = "leaky_relu"
  package static let summary = "y = x where x > 0, else slope · x"
  package static let examples = ["{}", #"{"slope": 0.2}"#]

  var slope: Double
  package var activation: Activation { .named(Self.kind, parameter: slope) }

  package init(from fields: FieldReader) throws(ConfigError) {
    slope = try fields.number("slope", default: 0.01, in: .nonNegative, "factor below 0")
  }
}
