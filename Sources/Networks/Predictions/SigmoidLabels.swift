package import Kernels

/// For each output by itself whether it is positive, its probability by sigmoid.
package struct SigmoidLabels: Prediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { targets.map { "probability_\($0)" } }
  package func outputColumns(classes: [String], targets: [String]) -> [String] { targets.map { "logit_\($0)" } }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { outputs.map { logistic($0) } }
}

extension Prediction where Self == SigmoidLabels {
  package static var sigmoidLabels: Self { SigmoidLabels() }
}
