package import Statistics

/// The verdicts on candidates, each compared with one named reference.
package enum Verdicts {
  /// Judges.
  /// - Parameters:
  ///   - comparisons: Of each candidate with the reference; the tests are adjusted for being several (`Holm`).
  ///   - greaterIsBetter: Of the metric compared.
  ///   - level: 0.05 as a rule, `RepeatPlan.levelOfLook` where repeats were added until sure.
  /// - Returns: For each its verdict and adjusted p: 1 where it is identical, NaN where nothing could be tested.
  package static func of(
    _ comparisons: [CorrelatedComparison], greaterIsBetter: Bool, level: Double
  ) -> [(verdict: ComparisonVerdict, adjusted: Double)] {
    // Who does not differ at all, or has no value, is not tested and makes the others' tests no harder.
    let adjusted = Holm.adjusted(comparisons.map { $0.state == .tested ? $0.pValue : .nan })
    return zip(comparisons, adjusted).map { comparison, p in
      switch comparison.state {
      case .identical: (.identical, 1)
      case .withoutValue: (.noValue, .nan)
      case .withoutSpread: (.noEvidence, .nan)
      case .tested:
        if p <= level {
          ((comparison.mean > 0) == greaterIsBetter ? .better : .worse, p)
        } else {
          (comparison.probabilityEquivalent >= 1 - level ? .equivalent : .noEvidence, p)
        }
      }
    }
  }
}
