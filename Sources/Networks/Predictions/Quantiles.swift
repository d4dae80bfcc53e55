package import Kernels

/// For each target value the quantiles at some levels: all targets of the first level first.
package struct Quantiles: QuantilePrediction {
  package let levels: [Double]

  package init(_ levels: [Double]) { self.levels = levels }

  package var hasLogits: Bool { false }
  package func areOutputs(_ units: Normalization) -> Bool { units.isIdentity }
  package func columns(classes: [String], targets: [String]) -> [String] {
    levels.flatMap { level in targets.map { "\($0)_\(level)" } }
  }

  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    let targets = max(1, width(outputs: outputs.count))
    return outputs.indices.map { units.restore(Double(outputs[$0]), feature: $0 % targets) }
  }

  package func width(outputs: Int) -> Int { outputs / max(1, levels.count) }

  /// The quantile nearest the median.
  package func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    let middle = levels.indices.min { abs(levels[$0] - 0.5) < abs(levels[$1] - 0.5) } ?? 0
    return quantile(middle, column, outputs, units: units)
  }

  package func quantile(_ level: Int, _ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    units.restore(outputs[level * width(outputs: outputs.count) + column], feature: column)
  }
}

extension Prediction where Self == Quantiles {
  package static func quantiles(_ levels: [Double]) -> Self { Quantiles(levels) }
}
