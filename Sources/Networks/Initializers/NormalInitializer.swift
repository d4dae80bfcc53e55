package import Specs

/// Normal with a mean and a standard deviation.
package struct NormalInitializer: InitializerSpec {
  package static let kind = "normal"
  package static let summary = "normal with mean and deviation"
  package static let examples = [#"{"deviation": 0.02}"#, "{}"]

  var mean: Double
  var deviation: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    mean = try fields.number("mean", default: 0, in: .any, "mean")
    deviation = try fields.number("deviation", default: 0.05, in: .nonNegative, "standard deviation")
  }

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .normal(mean: mean, deviation: deviation)
  }
}
