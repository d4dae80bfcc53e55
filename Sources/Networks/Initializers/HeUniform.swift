package import Specs

/// Uniform with variance 2 / inputs; He et al. 2015, equation 10.
package struct HeUniform: InitializerSpec {
  package static let kind = "he_uniform"
  package static let summary = "uniform with variance 2 / inputs"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    let bound = (3 * 2 / Double(fanIn)).squareRoot()
    return .uniform(low: -bound, high: bound)
  }
}
