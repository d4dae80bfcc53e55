package import Kernels

/// The sigmoid of each output as a share between 0 and 1. Targets are shares as they stand: they are not normalized.
package struct SigmoidShares: ValuePrediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { targets }
  package func outputColumns(classes: [String], targets: [String]) -> [String] { targets.map { "logit_\($0)" } }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { outputs.map { logistic($0) } }
  package func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double { logistic(outputs[column]) }
}

extension Prediction where Self == SigmoidShares {
  package static var sigmoidShares: Self { SigmoidShares() }
}
