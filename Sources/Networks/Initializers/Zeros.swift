package import Specs

/// All elements 0.
package struct Zeros: InitializerSpec {
  package static let kind = "zeros"
  package static let summary = "all 0"
  package static let examples = ["{}", "{ }"]

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution {
    .constant(0)
  }
}
