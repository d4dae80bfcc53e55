package import Specs

/// Normal with variance 1 / inputs; LeCun et al. 1998, section 4.6.
package struct LeCunNormal: InitializerSpec {
  package static let kind = "lecun_normal"
  package static let summary = "normal with variance 1 / inputs"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .normal(mean: 0, deviation: (1 / Double(fanIn)).squareRoot())
  }
}
