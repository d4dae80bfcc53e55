package import Specs

/// Uniform with variance 2 / (inputs + outputs); Glorot & Bengio 2010, equation 16.
package struct GlorotUniform: InitializerSpec {
  package static let kind = "glorot_uniform"
  package static let summary = "uniform with variance 2 / (inputs + outputs)"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    let bound = (3 * 2 / Double(fanIn + fanOut)).squareRoot()
    return .uniform(low: -bound, high: bound)
  }
}
