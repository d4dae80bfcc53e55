package import Specs

/// Normal with variance 2 / inputs; He et al. 2015, equation 10.
package struct HeNormal: InitializerSpec {
  package static let kind = "he_normal"
  package static let summary = "normal with variance 2 / inputs"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .normal(mean: 0, deviation: (2 / Double(fanIn)).squareRoot())
  }
}
