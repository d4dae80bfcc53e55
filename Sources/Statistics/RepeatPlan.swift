internal import Kernels

/// When to look at a cross-validation whose repeats are added until there is a verdict (`--until sure`), how sure each
/// look must be, and when no number of repeats can decide.
///
/// Whoever tests after every repeat and stops at the first p ≤ 0.05 errs more often than in 5 % of cases. Here there
/// are few looks, at numbers of repeats that double, and each is held to the same, stricter level (Pocock 1977), such
/// that equal candidates are told apart at any look with the probability `level` (`SequentialLevel`).
package struct RepeatPlan: Sendable, Equatable {
  /// The numbers of repeats after which to look, ascending; the last is the limit.
  package let looks: [Int]
  /// The probability of one false verdict or more, over all looks.
  package let level: Double
  /// The level that each look's tests are held to.
  package let levelOfLook: Double

  /// - Parameters:
  ///   - maxRepeats: The limit, at least 1.
  ///   - folds: Folds in a repeat.
  ///   - testTrainRatio: The mean of n_test/n_train.
  ///   - level: 0.05 as a rule.
  package init(maxRepeats: Int, folds: Int, testTrainRatio: Double, level: Double = 0.05) {
    let limit = max(1, maxRepeats), folds = Double(max(1, folds))
    var looks = [Int](), next = 1
    // The last doubling is left out where the limit comes soon after.
    while next <= limit / 2 + limit / 4 {
      looks.append(next)
      next = next > limit / 2 ? limit : 2 * next
    }
    if looks.last != limit { looks.append(limit) }
    self.looks = looks
    self.level = level
    // Nadeau and Bengio's variance of the mean falls from look to look as 1/J does, and not below n_test/n_train.
    levelOfLook = SequentialLevel.constant(
      variances: looks.map { 1 / (folds * Double($0)) + testTrainRatio }, level: level)
  }

  /// What another repeat can still bring.
  package enum Decision: Sendable, Equatable {
    /// Every comparison has its verdict.
    case decided
    /// More repeats, this many in all, until the next look.
    case goOn(repeats: Int)
    /// Not every comparison has a verdict, and none will come.
    case cannotDecide(Reason)
  }

  /// Why no verdict will come.
  package enum Reason: Sendable, Equatable {
    /// The limit of repeats.
    case limit(repeats: Int)
    /// The spread between folds: `s · √(n_test/n_train)`, below which the standard error cannot fall, is too large
    /// beside the difference of the comparison with this index.
    case spread(comparison: Int, floor: Double, difference: Double)
    /// The comparison with this index has folds without a value, or no spread at all.
    case noValue(comparison: Int)
  }

  /// Decides after some repeats.
  /// - Parameters:
  ///   - comparisons: Of each candidate with the reference, over all folds so far.
  ///   - repeats: How many there are.
  package func decide(_ comparisons: [CorrelatedComparison], repeats: Int) -> Decision {
    guard let next = looks.first(where: { $0 > repeats }) else {
      return isDecided(comparisons).allSatisfy { $0 } ? .decided : .cannotDecide(.limit(repeats: repeats))
    }
    // Between two looks nothing is decided, however sure it seems.
    guard looks.contains(repeats) else { return .goOn(repeats: next) }
    var reason: Reason?
    for (index, decided) in isDecided(comparisons).enumerated() where !decided {
      guard let hopeless = hopelessness(comparisons[index], index: index) else { return .goOn(repeats: next) }
      reason = reason ?? hopeless
    }
    return reason.map { .cannotDecide($0) } ?? .decided
  }

  /// Whether a look gives the comparisons a verdict: Holm-adjusted p at most the look's level, a probability of the
  /// region of at least its complement, or no difference at all.
  private func isDecided(_ comparisons: [CorrelatedComparison]) -> [Bool] {
    let adjusted = Holm.adjusted(comparisons.map { $0.state == .tested ? $0.pValue : .nan })
    return comparisons.indices.map {
      comparisons[$0].isIdentical || adjusted[$0] <= levelOfLook
        || comparisons[$0].probabilityEquivalent >= 1 - levelOfLook
    }
  }

  /// Why no look to come can be expected to give a comparison its verdict; nil where one may.
  ///
  /// Kind to the comparison: infinitely many repeats, a normal instead of a t distribution, no adjustment for other
  /// candidates, s at the lower and the mean at the better end of what 95 % intervals leave. It makes no verdict, so it
  /// adds nothing to their error.
  private func hopelessness(_ comparison: CorrelatedComparison, index: Int) -> Reason? {
    switch comparison.state {
    case .identical, .withoutSpread: return nil
    case .withoutValue: return .noValue(comparison: index)
    case .tested: break
    }
    let s = comparison.deviation, magnitude = comparison.mean.magnitude
    let degrees = Double(comparison.count - 1), root = comparison.testTrainRatio.squareRoot()
    // The 97.5 % point of χ² over its degrees (Wilson and Hilferty 1931).
    let cube = 1 - 2 / (9 * degrees) + 1.96 * (2 / (9 * degrees)).squareRoot()
    let least = s * root / (cube * cube * cube).squareRoot()
    let drift = 1.96 * s / Double(comparison.count).squareRoot()
    if magnitude + drift >= -DoubleFunctions.normalQuantile(levelOfLook / 2) * least { return nil }
    let nearest = max(0, magnitude - drift)
    func below(_ value: Double) -> Double { (1 + DoubleFunctions.erf(value / least / 2.0.squareRoot())) / 2 }
    if below(comparison.region - nearest) - below(-comparison.region - nearest) >= 1 - levelOfLook { return nil }
    return .spread(comparison: index, floor: s * root, difference: comparison.mean)
  }
}
