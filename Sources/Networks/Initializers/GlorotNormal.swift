package import Specs

/// Normal with variance 2 / (inputs + outputs); Glorot & Bengio 2010, equation 16.
package struct GlorotNormal: InitializerSpec {
  package static let kind = "glorot_normal"
  package static let summary = "normal with variance 2 / (inputs + outputs)"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .normal(mean: 0, deviation: (2 / Double(fanIn + fanOut)).squareRoot())
  }
}
