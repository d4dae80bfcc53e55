package import Statistics

/// What the folds say of each candidate, by each metric.
package struct ComparisonTable: Sendable {
  /// A candidate beside the reference, by one metric.
  package struct Entry: Sendable {
    package var candidate: String
    /// Over the folds that have a value; NaN where none has.
    package var mean: Double
    /// Folds without a value, and why the first has none.
    package var missing: Int
    package var reason: String?
    /// nil for the reference.
    package var comparison: CorrelatedComparison?
    package var verdict: ComparisonVerdict?
    /// p after Holm.
    package var adjusted: Double
  }

  /// One metric.
  package struct Section: Sendable {
    package var metric: ComparedMetric
    /// Half the width of the region of practical equivalence, and whether it is a share of the reference's mean.
    package var region: Double
    package var isRelative: Bool
    package var entries: [Entry]
    /// The candidate that is best by this metric, with its mean and what is left of that when the luck of the choice is
    /// taken off.
    package var winner: SelectionBias?
  }

  package var sections: [Section]
  /// Folds over all repeats.
  package var folds: Int
  /// The probability of a false verdict.
  package var level: Double

  /// - Parameters:
  ///   - results: by candidate, then by fold over all repeats.
  ///   - ratios: rows tested over rows learned from, of each fold.
  ///   - region: as the person gives it; nil: by the metric.
  ///   - level: that a verdict is held to.
  ///   - seed: of the draws that correct the winner's mean.
  init(
    _ results: [[TrialResult]], candidates: [String], metrics: [ComparedMetric], ratios: [Double], region: Double?,
    level: Double,
    seed: UInt64
  ) {
    folds = ratios.count
    self.level = level
    sections = metrics.map { metric in
      let values = results.map { $0.map { $0.value(of: metric.name) } }
      let means = values.map(Self.mean)
      let isRelative = region == nil && !metric.traits.isShare
      let half = region ?? (isRelative ? 0.01 * means[0].magnitude : 0.01)
      let comparisons = values.dropFirst().map { own in
        CorrelatedComparison(
          differences: zip(own, values[0]).map { $0 - $1 }, testTrainRatios: ratios, region: half)
      }
      let verdicts = Verdicts.of(comparisons, greaterIsBetter: metric.higherIsBetter, level: level)
      let entries = candidates.indices.map { index in
        Entry(
          candidate: candidates[index], mean: means[index], missing: values[index].count { !$0.isFinite },
          reason: zip(results[index], values[index]).first { !$0.1.isFinite }?.0.reason(of: metric.name),
          comparison: index == 0 ? nil : comparisons[index - 1],
          verdict: index == 0 ? nil : verdicts[index - 1].verdict,
          adjusted: index == 0 ? .nan : verdicts[index - 1].adjusted)
      }
      let winner = SelectionBias(
        values: values, testTrainRatio: Statistics.mean(ratios), greaterIsBetter: metric.higherIsBetter, seed: seed)
      return Section(metric: metric, region: half, isRelative: isRelative, entries: entries, winner: winner)
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    let known = values.filter(\.isFinite)
    return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
  }
}

extension ComparisonTable.Entry {
  /// Whether the metric's greater numbers are the better ones decides which side is which.
  package func probabilities(higherIsBetter: Bool) -> (better: Double, equivalent: Double, worse: Double)? {
    guard let comparison, comparison.probabilityEquivalent.isFinite else { return nil }
    let (less, greater) = (comparison.probabilityLess, comparison.probabilityGreater)
    return higherIsBetter
      ? (greater, comparison.probabilityEquivalent, less) : (less, comparison.probabilityEquivalent, greater)
  }
}
