/// What the differences between two candidates in the folds of a repeated cross-validation say: the corrected t of
/// Nadeau and Bengio.
///
/// Folds share training rows, so their J differences are correlated and the mean's variance is not s²/J but `s² ·
/// (1/J + n_test/n_train)` (Nadeau and Bengio, Inference for the Generalization Error, Machine Learning 52, 2003; for
/// repeated cross-validation Bouckaert and Frank 2004). The true difference is then distributed as `mean + t(J − 1) ·
/// standardError`, from which come interval, p value and the probabilities beside a region of practical equivalence
/// (Corani and Benavoli, Machine Learning 100, 2015).
package struct CorrelatedComparison: Sendable, Equatable {
  /// Whether there is something to compute with, and if not, why.
  package enum State: Sendable, Equatable {
    /// Mean, interval and probabilities are numbers.
    case tested
    /// Every difference is 0: there is nothing to test.
    case identical
    /// One difference alone, or differences all the same but not 0: a mean without a spread to judge it by.
    case withoutSpread
    /// A fold has no value (it diverged, or its metric is not defined there): the folds, counted from 0. No number is
    /// given.
    case withoutValue(folds: [Int])
  }

  package let state: State
  /// The number of differences, J.
  package let count: Int
  /// The differences' mean.
  package let mean: Double
  /// Their standard deviation s, with J − 1 in the denominator; NaN of one.
  package let deviation: Double
  /// `s · √(1/J + n_test/n_train)`.
  package let standardError: Double
  /// The 95 % interval of the true difference; infinite where there is no spread.
  package let low: Double
  package let high: Double
  /// The probabilities that the true difference lies below the region, in it, and above it; NaN where the state is
  /// `withoutSpread` or `withoutValue`.
  package let probabilityLess: Double
  package let probabilityEquivalent: Double
  package let probabilityGreater: Double
  /// Two-sided, of a true difference of 0; 1 where every difference is 0, NaN where nothing can be tested.
  package let pValue: Double
  /// Differences of at most this magnitude count as none.
  package let region: Double
  /// The mean of n_test/n_train over the folds.
  package let testTrainRatio: Double

  /// Every difference is 0.
  package var isIdentical: Bool { state == .identical }

  /// Compares.
  /// - Parameters:
  ///   - differences: Candidate minus reference in each fold, at least one; not finite where a fold has no value.
  ///   - testTrainRatios: Test rows over training rows of the folds; their mean counts.
  ///   - region: Half the width of the region of practical equivalence, in the metric's unit; without a value the
  /// probabilities
  ///     beside it have none.
  package init(differences: [Double], testTrainRatios: [Double], region: Double) {
    let count = differences.count, ratio = Statistics.mean(testTrainRatios)
    let region = region >= 0 ? region : .nan
    let missing = differences.indices.filter { !differences[$0].isFinite }
    let state: State
    var spread = (mean: Double.nan, deviation: Double.nan)
    if !missing.isEmpty || count == 0 || !(ratio >= 0 && ratio < .infinity) {
      state = .withoutValue(folds: missing)
    } else {
      spread = Self.meanAndDeviation(differences)
      if differences.allSatisfy({ $0 == 0 }) {
        state = .identical
      } else if count == 1 || spread.deviation <= Self.roundingShare * spread.mean.magnitude {
        state = .withoutSpread
      } else if spread.deviation.isFinite {
        state = .tested
      } else {
        state = .withoutValue(folds: [])
      }
    }
    self.init(state: state, count: count, spread: spread, ratio: ratio, region: region)
  }

  /// Differences that are the same but for the rounding of two metrics' subtraction have no spread.
  private static let roundingShare = 1e-9

  private init(
    state: State, count: Int, spread: (mean: Double, deviation: Double), ratio: Double, region: Double
  ) {
    self.state = state
    self.count = count
    self.region = region
    testTrainRatio = ratio
    mean = spread.mean
    deviation = spread.deviation
    standardError = spread.deviation * (1 / Double(count) + ratio).squareRoot()
    switch state {
    case .identical:
      (low, high, pValue) = (0, 0, 1)
      (probabilityLess, probabilityEquivalent, probabilityGreater) = region.isNaN ? (.nan, .nan, .nan) : (0, 1, 0)
    case .withoutSpread:
      (low, high, pValue) = (-.infinity, .infinity, .nan)
      (probabilityLess, probabilityEquivalent, probabilityGreater) = (.nan, .nan, .nan)
    case .withoutValue:
      (low, high, pValue) = (.nan, .nan, .nan)
      (probabilityLess, probabilityEquivalent, probabilityGreater) = (.nan, .nan, .nan)
    case .tested:
      let t = StudentT(degrees: Double(count - 1))
      let reach = t.quantile(0.975) * standardError
      (low, high) = (mean - reach, mean + reach)
      pValue = t.twoSided(mean / standardError)
      guard !region.isNaN else {
        (probabilityLess, probabilityEquivalent, probabilityGreater) = (.nan, .nan, .nan)
        return
      }
      let below = (-region - mean) / standardError, above = (region - mean) / standardError
      probabilityLess = t.cdf(below)
      probabilityGreater = t.tail(above)
      probabilityEquivalent = max(0, mean >= 0 ? t.cdf(above) - probabilityLess : t.tail(below) - probabilityGreater)
    }
  }

  /// Mean and deviation of values scaled by a power of two, so that no square leaves the range of numbers.
  private static func meanAndDeviation(_ values: [Double]) -> (mean: Double, deviation: Double) {
    let largest = values.reduce(0) { max($0, $1.magnitude) }
    guard largest > 0 else { return (0, values.count > 1 ? 0 : .nan) }
    // In two steps: the power of two itself may be no normal number.
    let exponent = Int(largest.exponent), half = exponent / 2
    let first = Double(sign: .plus, exponent: half, significand: 1)
    let second = Double(sign: .plus, exponent: exponent - half, significand: 1)
    let scaled = values.map { $0 / first / second }
    let mean = Statistics.mean(scaled)
    guard values.count > 1 else { return (values[0], .nan) }
    let squares = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean * first * second, (squares / Double(values.count - 1)).squareRoot() * first * second)
  }
}
