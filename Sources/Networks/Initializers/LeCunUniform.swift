package import Specs

/// Uniform with variance 1 / inputs; LeCun et al. 1998, section 4.6.
package struct LeCunUniform: InitializerSpec {
  package static let kind = "lecun_uniform"
  package static let summary = "uniform with variance 1 / inputs"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    let bound = (3 * 1 / Double(fanIn)).squareRoot()
    return .uniform(low: -bound, high: bound)
  }
}
