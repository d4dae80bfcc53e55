package import Kernels

/// e to the power of the outputs. Targets have the data's units: they are not normalized.
package struct ExponentialValues: ValuePrediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { targets }
  package func outputColumns(classes: [String], targets: [String]) -> [String] { targets.map { "log_\($0)" } }

  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    outputs.map { DoubleFunctions.exp(Double($0)) }
  }

  package func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    DoubleFunctions.exp(Double(outputs[column]))
  }
}

extension Prediction where Self == ExponentialValues {
  package static var exponential: Self { ExponentialValues() }
}
