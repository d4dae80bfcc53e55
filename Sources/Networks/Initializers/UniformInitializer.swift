package import Specs

/// Uniform between two bounds.
package struct UniformInitializer: InitializerSpec {
  package static let kind = "uniform"
  package static let summary = "uniform in [low, high)"
  package static let examples = [#"{"low": -0.1, "high": 0.2}"#, "{}"]

  var low: Double
  var high: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    low = try fields.number("low", default: -0.05, in: .any, "least value")
    high = try fields.number("high", default: 0.05, in: .any, "greatest value")
  }

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .uniform(low: min(low, high), high: max(low, high))
  }
}
