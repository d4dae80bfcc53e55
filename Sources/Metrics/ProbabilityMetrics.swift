internal import Foundation
package import Specs

/// The mean of −log of the right class's probability.
package struct LogLoss: MetricSpec {
  package static let kind = "log_loss"
  package static let summary = "mean of −log of the right class's probability"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "nat" }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireProbabilities(Self.kind)
    return SumState(2) { row, sums in
      sums[0] -= row.weight * context.logProbability(of: row.targetClass, row.outputs)
      sums[1] += row.weight
    } finish: {
      .share(Self.kind, $0[0], of: $0[1])
    }
  }
}

/// The mean squared difference of probabilities and truth (Brier 1950): of two classes that of the second, of several
/// the sum over classes, as in scikit-learn.
package struct BrierScore: MetricSpec {
  package static let kind = "brier_score"
  package static let summary = "mean squared difference of probabilities and truth"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireProbabilities(Self.kind)
    return SumState(2) { row, sums in
      let probabilities = context.probabilities(row.outputs)
      // 1 − p as the sum of the others, which is exact where p is all but 1.
      var score = 0.0, others = 0.0
      for (index, p) in probabilities.enumerated() where index != row.targetClass {
        score += p * p
        others += p
      }
      score += others * others
      sums[0] += row.weight * (probabilities.count == 2 ? score / 2 : score)
      sums[1] += row.weight
    } finish: {
      .share(Self.kind, $0[0], of: $0[1])
    }
  }
}

/// How far certainty and accuracy differ (Guo et al. 2017): samples are sorted into bins by the probability of the
/// predicted class; `Σ share of bin · |accuracy − mean probability|`. A probability on a border belongs to the bin
/// below.
package struct ExpectedCalibrationError: MetricSpec {
  package static let kind = "expected_calibration_error"
  package static let summary = "how far certainty and accuracy differ"
  package static let examples = ["{}", #"{"bins": 5}"#]
  package var higherIsBetter: Bool? { false }
  var bins: Int

  package init(from fields: FieldReader) throws(ConfigError) {
    bins = try fields.integer("bins", default: 15, in: 1...10_000, "bins of equal width")
  }

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    try context.requireProbabilities(Self.kind)
    let bins = bins
    return SumState(3 * bins) { row, sums in
      let probabilities = context.probabilities(row.outputs)
      let predicted = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
      let first = probabilities.firstIndex(of: probabilities[predicted]) ?? predicted
      let bin = max(0, min(bins - 1, Int((probabilities[first] * Double(bins)).rounded(.up)) - 1))
      sums[3 * bin] += row.weight
      sums[3 * bin + 1] += row.weight * probabilities[first]
      if first == row.targetClass { sums[3 * bin + 2] += row.weight }
    } finish: { sums in
      var total = 0.0, gaps = 0.0
      for bin in 0..<bins {
        total += sums[3 * bin]
        gaps += abs(sums[3 * bin + 2] - sums[3 * bin + 1])
      }
      return .share(Self.kind, gaps, of: total)
    }
  }
}
