package import Kernels

/// The outputs themselves.
package struct IdentityValues: ValuePrediction {
  package init() {}

  package var hasLogits: Bool { false }
  package func areOutputs(_ units: Normalization) -> Bool { units.isIdentity }
  package func columns(classes: [String], targets: [String]) -> [String] { targets }

  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    outputs.indices.map { units.restore(Double(outputs[$0]), feature: $0) }
  }

  package func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    units.restore(outputs[column], feature: column)
  }
}

extension Prediction where Self == IdentityValues {
  package static var values: Self { IdentityValues() }
}
