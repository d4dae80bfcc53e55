package import Specs

/// All elements equal.
package struct Constant: InitializerSpec {
  package static let kind = "constant"
  package static let summary = "all equal to value"
  package static let examples = [#"{"value": 0.1}"#, "{}"]

  var value: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    value = try fields.number("value", default: 0, in: .any, "the value of all elements")
  }

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .constant(value)
  }
}
