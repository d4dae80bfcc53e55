package import Kernels

/// Each class's probability by softmax, compared with a distribution.
package struct SoftmaxDistribution: Prediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { targets.map { "probability_\($0)" } }
  package func outputColumns(classes: [String], targets: [String]) -> [String] { targets.map { "logit_\($0)" } }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { softmaxProbabilities(outputs) }
}

extension Prediction where Self == SoftmaxDistribution {
  package static var softmaxDistribution: Self { SoftmaxDistribution() }
}
