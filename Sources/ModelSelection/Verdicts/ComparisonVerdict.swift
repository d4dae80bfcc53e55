/// What a comparison with the reference says.
package enum ComparisonVerdict: String, Sendable, Equatable, CaseIterable {
  /// The Holm-adjusted p is at most the level, and the difference is to the good.
  case better
  /// The Holm-adjusted p is at most the level, and the difference is to the bad.
  case worse
  /// The difference lies in the region of practical equivalence with a probability of at least 1 − level.
  case equivalent
  /// Every fold differs by exactly 0.
  case identical
  /// None of these.
  case noEvidence = "no evidence"
  /// A fold has no value: it diverged, or its metric is not defined there.
  case noValue = "no value"
}
