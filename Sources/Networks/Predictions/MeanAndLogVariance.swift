package import Kernels

/// The first half of the outputs are means, the second half logarithms of variances, which are written as deviations.
package struct MeanAndLogVariance: ValuePrediction {
  package init() {}

  package var hasLogits: Bool { false }
  package func columns(classes: [String], targets: [String]) -> [String] { targets + targets.map { "deviation_\($0)" } }

  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    let half = outputs.count / 2
    return (0..<half).map { units.restore(Double(outputs[$0]), feature: $0) }
      + (0..<half).map {
        // A deviation of logarithms is none of what they are of; no such model is trained.
        units.function(of: $0) == .identity
          ? units.restoreWidth(DoubleFunctions.exp(Double(outputs[half + $0]) / 2), feature: $0) : .nan
      }
  }

  package func width(outputs: Int) -> Int { outputs / 2 }

  package func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    units.restore(outputs[column], feature: column)
  }
}

extension Prediction where Self == MeanAndLogVariance {
  package static var meanAndLogVariance: Self { MeanAndLogVariance() }
}
