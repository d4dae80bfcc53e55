package import Kernels
package import Specs

/// `y = x where x > 0, else alpha · (eˣ − 1)`.
///
/// Clevert et al. 2015.
package struct ELU: ActivationSpec {
  package static let kind = "elu"
  package static let summary = "y = x where x > 0, else alpha · (eˣ − 1)"
  package static let examples = ["{}", #"{"alpha": 0.5}"#]

  var alpha: Double
  package var activation: Activation { .named(Self.kind, parameter: alpha) }

  package init(from fields: FieldReader) throws(ConfigError) {
    alpha = try fields.number("alpha", default: 1, in: .nonNegative, "limit below 0, with the sign reversed")
  }
}
