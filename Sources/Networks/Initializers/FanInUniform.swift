package import Specs

/// Uniform in ±1/√inputs, variance 1 / (3 inputs): what PyTorch's `Linear` gives weights and biases (`kaiming_uniform_`
/// with `a = √5`), and the default of both here; `Tests/Initialization` has the measurements.
package struct FanInUniform: InitializerSpec {
  package static let kind = "fan_in_uniform"
  package static let summary = "uniform in ±1/√inputs, as PyTorch's Linear"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    let bound = 1 / Double(fanIn).squareRoot()
    return .uniform(low: -bound, high: bound)
  }
}
