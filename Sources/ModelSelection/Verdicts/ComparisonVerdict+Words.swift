internal import Specs
package import Statistics

/// Verdicts in words, for the table's last column and what stands below it.
extension ComparisonVerdict {
  /// A few words: "better", "better, within the region", "no evidence".
  ///
  /// - Parameter comparison: What the verdict was given on.
  package func words(_ comparison: CorrelatedComparison) -> String {
    switch self {
    case .better, .worse:
      // Both can be true: surely not 0, and surely not more than counts.
      comparison.probabilityEquivalent >= 0.95 ? rawValue + ", by less than counts" : rawValue
    case .identical: "identical in every fold"
    case .equivalent: rawValue
    case .noEvidence:
      comparison.state == .withoutSpread
        ? (comparison.count == 1 ? "one fold, no test" : "same difference in every fold, no test") : rawValue
    case .noValue:
      switch comparison.state {
      case .withoutValue(let folds) where !folds.isEmpty:
        "no value in \(folds.count) of \(comparison.count.counted("fold"))"
      default: rawValue
      }
    }
  }
}

extension Verdicts {
  /// What the verdicts mean, in one sentence under the table.
  ///
  /// - Parameter level: The level they were given at.
  package static func legend(level: Double, candidates: Int) -> String {
    let adjusted = candidates > 1 ? "p, adjusted by Holm for \(candidates) candidates," : "p"
    return
      "better, worse: \(adjusted) at most \(short(level)); equivalent: within the region with a probability of at least "
      + "\(short(1 - level)); identical: no fold differs; no evidence: none of these, which does not mean equal"
  }

  /// Three significant digits.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return "\(value)" }
    var scale = 1.0
    while value.magnitude * scale < 99.5, scale < 1e300 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded.magnitude >= 1e15 ? "\(value)" : rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
