import Statistics
import Testing

@testable import ModelSelection

/// Verdicts on candidates, and their words.
@Suite struct VerdictTests {
  /// Ten folds around a mean.
  private static func compare(_ mean: Double, spread: Double = 0.1, region: Double = 0.01) -> CorrelatedComparison {
    CorrelatedComparison(
      differences: (0..<10).map { mean + ($0 % 2 == 0 ? spread : -spread) }, testTrainRatios: [1.0 / 9], region: region)
  }

  private static let identical = CorrelatedComparison(differences: [0, 0, 0], testTrainRatios: [0.5], region: 0.01)
  private static let diverged = CorrelatedComparison(
    differences: [0.1, .infinity, .nan], testTrainRatios: [0.5], region: 0.01)
  private static let single = CorrelatedComparison(differences: [0.4], testTrainRatios: [0.5], region: 0.01)

  private static func verdicts(_ comparisons: [CorrelatedComparison], greater: Bool = true) -> [ComparisonVerdict] {
    Verdicts.of(comparisons, greaterIsBetter: greater, level: 0.05).map(\.verdict)
  }

  @Test("better and worse by the metric's direction")
  func directions() {
    let comparisons = [Self.compare(1), Self.compare(-1), Self.compare(0)]
    #expect(Self.verdicts(comparisons) == [.better, .worse, .noEvidence])
    #expect(Self.verdicts(comparisons, greater: false) == [.worse, .better, .noEvidence])
  }

  @Test("equivalent, identical, without a value, one fold")
  func others() {
    let equivalent = Self.compare(0.0001, spread: 0.001)
    #expect(
      Self.verdicts([equivalent, Self.identical, Self.diverged, Self.single]) == [
        .equivalent, .identical, .noValue, .noEvidence,
      ])
    let adjusted = Verdicts.of([Self.identical, Self.diverged, Self.single], greaterIsBetter: true, level: 0.05)
    #expect(adjusted[0].adjusted == 1 && adjusted[1].adjusted.isNaN && adjusted[2].adjusted.isNaN)
    #expect(Verdicts.of([], greaterIsBetter: true, level: 0.05).isEmpty)
  }

  @Test("several candidates are adjusted; those that are not tested make it no harder")
  func several() {
    // p between 0.025 and 0.05 by itself.
    let near = Self.compare(0.12, spread: 0.1)
    #expect(near.pValue > 0.025 && near.pValue < 0.05)
    #expect(Self.verdicts([near]) == [.better])
    #expect(Self.verdicts([near, Self.identical, Self.diverged, Self.single]).first == .better)
    #expect(Self.verdicts([near, near]) == [.noEvidence, .noEvidence])
    let sure = Verdicts.of([near, Self.compare(1)], greaterIsBetter: true, level: 0.05)
    #expect(sure.map(\.verdict) == [.better, .better] && sure[0].adjusted == near.pValue)
  }

  @Test("words for the table")
  func words() {
    let small = Self.compare(0.005, spread: 0.001)
    #expect(Self.verdicts([small]) == [.better])
    #expect(ComparisonVerdict.better.words(small) == "better, by less than counts")
    #expect(ComparisonVerdict.better.words(Self.compare(1)) == "better")
    #expect(ComparisonVerdict.noEvidence.words(Self.compare(0)) == "no evidence")
    #expect(ComparisonVerdict.noEvidence.words(Self.single) == "one fold, no test")
    #expect(ComparisonVerdict.noValue.words(Self.diverged) == "no value in 2 of 3 folds")
    #expect(ComparisonVerdict.identical.words(Self.identical) == "identical in every fold")
    #expect(ComparisonVerdict.noEvidence.rawValue == "no evidence" && ComparisonVerdict.noValue.rawValue == "no value")
    #expect(Verdicts.legend(level: 0.05, candidates: 1).hasPrefix("better, worse: p at most 0.05;"))
    #expect(Verdicts.legend(level: 0.0214, candidates: 3).contains("adjusted by Holm for 3 candidates, at most 0.0214"))
  }

  @Test("three digits")
  func digits() {
    let expected = [
      (0.0213569, "0.0214"), (12.345, "12.3"), (123_456, "123456"), (-0.5, "-0.5"), (0, "0.0"), (1, "1"),
      (1e-9, "1e-09"),
    ]
    for (value, words) in expected { #expect(Verdicts.short(value) == words) }
  }

  @Test("why there is no verdict, in a sentence")
  func reasons() {
    let names = ["mae", "huber"]
    #expect(
      RepeatPlan.Reason.limit(repeats: 30).sentence(candidates: names, reference: "mse")
        == "no verdict on every candidate after 30 repeats, the limit (--max-repeats)")
    #expect(
      RepeatPlan.Reason.spread(comparison: 1, floor: 0.07812, difference: -0.031).sentence(
        candidates: names, reference: "mse")
        == "no number of repeats can decide huber: it differs from mse by -0.031, and the folds' spread keeps the standard error "
        + "above 0.0781 (s·√(n_test/n_train)); only more data can")
    #expect(
      RepeatPlan.Reason.noValue(comparison: 0).sentence(candidates: names, reference: "mse")
        == "no number of repeats can decide mae: folds without a value stay without one")
    let plan = RepeatPlan(maxRepeats: 4, folds: 5, testTrainRatio: 0.25)
    #expect(plan.words.hasPrefix("looks after 1, 2, 4 repeats, each at the level 0.02"))
    #expect(plan.words.hasSuffix("err in at most 5 % of cases"))
    #expect(RepeatPlan(maxRepeats: 1, folds: 5, testTrainRatio: 0.25).words == "one look, after 1 repeat")
  }
}
