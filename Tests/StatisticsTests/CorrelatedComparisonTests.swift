import Testing

@testable import Statistics

/// The corrected t of folds beside baycomp and MachineShop's formula, and what has no numbers.
@Suite struct CorrelatedComparisonTests {
  private static func compare(_ differences: [Double], ratio: Double = 0.25, region: Double = 0.1)
    -> CorrelatedComparison
  {
    CorrelatedComparison(differences: differences, testTrainRatios: [ratio], region: region)
  }

  private static let sample = [0.31, -0.12, 0.44, 0.05, 0.27, 0.19, -0.02, 0.36]

  @Test("mean, deviation, error, interval, p and probabilities")
  func golden() throws {
    for entry in try ComparisonGolden.read().comparisons {
      let found = Self.compare(entry.differences, ratio: entry.ratio, region: entry.region)
      #expect(found.state == .tested && found.count == entry.differences.count)
      #expect(abs(found.mean - entry.mean) < 1e-14 * abs(entry.deviation))
      #expect(relativeError(found.deviation, entry.deviation) < 1e-13)
      #expect(relativeError(found.standardError, entry.error) < 1e-13)
      #expect(abs(found.low - entry.low) < 1e-10 * entry.error && abs(found.high - entry.high) < 1e-10 * entry.error)
      #expect(relativeError(found.pValue, entry.p) < 1e-10)
      for (own, other) in [
        (found.probabilityLess, entry.less), (found.probabilityEquivalent, entry.equivalent),
        (found.probabilityGreater, entry.greater),
      ] {
        #expect(abs(own - other) < 1e-12)
      }
    }
  }

  @Test("the mean of the folds' ratios counts")
  func ratios() {
    let one = CorrelatedComparison(differences: Self.sample, testTrainRatios: [0.2, 0.3, 0.25, 0.25], region: 0.1)
    #expect(one == Self.compare(Self.sample))
  }

  @Test("other signs exchange the sides")
  func signs() {
    let one = Self.compare(Self.sample), other = Self.compare(Self.sample.map { -$0 })
    #expect(other.mean == -one.mean && other.low == -one.high && other.high == -one.low && other.pValue == one.pValue)
    #expect(other.probabilityLess == one.probabilityGreater && other.probabilityGreater == one.probabilityLess)
    #expect(other.probabilityEquivalent == one.probabilityEquivalent)
  }

  @Test("another unit changes the numbers and not the judgement, from 1e-290 to 1e290")
  func scales() {
    let one = Self.compare(Self.sample)
    for exponent in [-960, -40, -1, 1, 40, 960] {
      let scale = Double(sign: .plus, exponent: exponent, significand: 1)
      let other = Self.compare(Self.sample.map { $0 * scale }, region: 0.1 * scale)
      #expect(
        other.mean == one.mean * scale && other.deviation == one.deviation * scale && other.low == one.low * scale)
      #expect(other.pValue == one.pValue && other.probabilityEquivalent == one.probabilityEquivalent)
    }
  }

  @Test("the order of folds matters to rounding alone")
  func orders() {
    let one = Self.compare(Self.sample)
    for shift in Self.sample.indices {
      let other = Self.compare(Array(Self.sample[shift...] + Self.sample[..<shift]).reversed())
      #expect(abs(other.mean - one.mean) < 1e-15 && relativeError(other.pValue, one.pValue) < 1e-12)
      #expect(abs(other.probabilityEquivalent - one.probabilityEquivalent) < 1e-13)
    }
  }

  @Test("probabilities sum up to 1; a wider region holds more")
  func probabilities() {
    var last = 0.0
    for region in [0, 1e-6, 0.01, 0.1, 0.3, 2, 1e9] {
      let found = Self.compare(Self.sample, region: region)
      #expect(abs(found.probabilityLess + found.probabilityEquivalent + found.probabilityGreater - 1) < 1e-15)
      #expect(found.probabilityEquivalent >= last)
      last = found.probabilityEquivalent
    }
    #expect(last == 1)
    // Half of the two-sided p lies on the other side of 0.
    let edge = Self.compare(Self.sample, region: 0)
    #expect(relativeError(edge.probabilityLess, edge.pValue / 2) < 1e-14 && edge.probabilityEquivalent == 0)
  }

  @Test("all zeros are identical, and not tested")
  func identical() {
    for count in [1, 2, 10] {
      let found = Self.compare([Double](repeating: 0, count: count))
      #expect(found.isIdentical && found.mean == 0 && found.low == 0 && found.high == 0 && found.pValue == 1)
      #expect(found.probabilityEquivalent == 1 && found.probabilityLess == 0 && found.probabilityGreater == 0)
    }
    #expect(Self.compare([0, -0.0, 0]).isIdentical)
    #expect(!Self.compare([0, 0, .leastNonzeroMagnitude]).isIdentical)
  }

  @Test("one fold, and folds that differ by the same, have a mean and no test")
  func withoutSpread() {
    // The last are 0.9 − 0.8, 0.8 − 0.7 and 0.3 − 0.2: the same but for rounding.
    for differences in [[0.5], [0.1, 0.1, 0.1], [0.9 - 0.8, 0.8 - 0.7, 0.3 - 0.2], [-1e300, -1e300]] {
      let found = Self.compare(differences)
      #expect(found.state == .withoutSpread && abs(found.mean / differences[0] - 1) < 1e-14)
      #expect(
        found.pValue.isNaN && found.probabilityEquivalent.isNaN && found.low == -.infinity && found.high == .infinity)
    }
    #expect(Self.compare([0.1, 0.1001]).state == .tested)
  }

  @Test("a fold without a value is stated, and there is no number")
  func withoutValue() {
    for (differences, folds) in [
      ([0.1, .nan, 0.2], [1]), ([.infinity, 0.1, -.infinity], [0, 2]), ([.nan], [0]), ([], []),
    ] as [([Double], [Int])] {
      let found = Self.compare(differences)
      #expect(found.state == .withoutValue(folds: folds))
      for number in [found.mean, found.deviation, found.low, found.high, found.pValue, found.probabilityLess] {
        #expect(number.isNaN)
      }
    }
    for ratios in [[], [.nan], [-0.1], [.infinity]] as [[Double]] {
      let found = CorrelatedComparison(differences: Self.sample, testTrainRatios: ratios, region: 0.1)
      #expect(found.state == .withoutValue(folds: []) && found.pValue.isNaN)
    }
    // Without a region the rest stands.
    for region in [-0.1, .nan] as [Double] {
      let found = Self.compare(Self.sample, region: region)
      #expect(found.probabilityEquivalent.isNaN && found.pValue == Self.compare(Self.sample).pValue)
    }
  }
}
