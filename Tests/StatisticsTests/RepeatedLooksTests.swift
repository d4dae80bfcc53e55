import Kernels
import Testing

@testable import Statistics

/// False verdicts where folds are as correlated as Nadeau and Bengio assume: one test, several looks, several
/// candidates, each beside what errs without the correction.
@Suite struct RepeatedLooksTests {
  /// Differences of equal candidates in folds whose correlation is `ratio / (1 + ratio)`, for which the corrected t is
  /// exact.
  private static func differences(_ count: Int, ratio: Double, case index: Int, shift: Double = 0) -> [Double] {
    var normals = [Float](repeating: 0, count: count + 1)
    RandomStream(seed: 41, purpose: .synthesis, index: UInt64(index)).fill(normal: &normals, count: count + 1)
    let common = ratio.squareRoot() * Double(normals[count])
    return normals.prefix(count).map { shift + common + Double($0) }
  }

  private static func compare(_ differences: [Double], ratio: Double, region: Double = 0) -> CorrelatedComparison {
    CorrelatedComparison(differences: differences, testTrainRatios: [ratio], region: region)
  }

  @Test("one test errs in 5 % and its interval holds 95 %; the plain paired t errs far more", arguments: [5, 10, 30])
  func calibration(count: Int) {
    let cases = 4000, ratio = 1.0 / 9
    var wrong = 0, covered = 0, naive = 0
    for index in 0..<cases {
      let found = Self.compare(Self.differences(count, ratio: ratio, case: index, shift: 3), ratio: ratio)
      covered += found.low <= 3 && 3 <= found.high ? 1 : 0
      let zero = Self.compare(Self.differences(count, ratio: ratio, case: index), ratio: ratio)
      wrong += zero.pValue <= 0.05 ? 1 : 0
      let t = zero.mean / (zero.deviation / Double(count).squareRoot())
      naive += StudentT(degrees: Double(count - 1)).twoSided(t) <= 0.05 ? 1 : 0
    }
    #expect(abs(Double(wrong) / Double(cases) - 0.05) < 0.012)
    #expect(Double(covered) / Double(cases) >= 0.938)
    #expect(Double(naive) / Double(cases) > 0.08)
  }

  @Test("the constants that Pocock printed")
  func pocock() {
    // Two-sided 0.05, equal steps.
    for (looks, level) in [(2, 0.0294), (3, 0.0221), (5, 0.0158)] {
      let found = SequentialLevel.constant(variances: (1...looks).map { 1 / Double($0) }, level: 0.05)
      #expect(abs(found - level) < 6e-5, "\(looks) looks: \(found)")
    }
    #expect(SequentialLevel.constant(variances: [1], level: 0.05) == 0.05)
    // Looks that bring nothing cost nothing.
    #expect(abs(SequentialLevel.constant(variances: [1, 1, 1], level: 0.05) - 0.05) < 1e-9)
  }

  @Test("few looks that end at the limit, each as strict")
  func plans() {
    func looks(_ limit: Int) -> [Int] { RepeatPlan(maxRepeats: limit, folds: 10, testTrainRatio: 1 / 9).looks }
    #expect(looks(1) == [1] && looks(2) == [1, 2] && looks(3) == [1, 3] && looks(4) == [1, 2, 4])
    #expect(looks(10) == [1, 2, 4, 10] && looks(30) == [1, 2, 4, 8, 16, 30] && looks(0) == [1])
    let plan = RepeatPlan(maxRepeats: 30, folds: 10, testTrainRatio: 1 / 9)
    #expect(plan.levelOfLook > 0.05 / 6 && plan.levelOfLook < 0.05)
    #expect(RepeatPlan(maxRepeats: 1, folds: 10, testTrainRatio: 1 / 9).levelOfLook == 0.05)
  }

  @Test("looking until sure errs in at most 6 %; looking as often at 0.05 errs more")
  func untilSure() {
    let cases = 3000, ratio = 1.0 / 9, plan = RepeatPlan(maxRepeats: 30, folds: 10, testTrainRatio: ratio)
    var wrong = 0, naive = 0, ends = [0, 0, 0]
    for index in 0..<cases {
      let all = Self.differences(300, ratio: ratio, case: index)
      func at(_ repeats: Int) -> CorrelatedComparison {
        Self.compare(Array(all.prefix(10 * repeats)), ratio: ratio, region: 0.01)
      }
      naive += plan.looks.contains { at($0).pValue <= 0.05 } ? 1 : 0
      var repeats = 1
      while case .goOn(let next) = plan.decide([at(repeats)], repeats: repeats) { repeats = next }
      switch plan.decide([at(repeats)], repeats: repeats) {
      case .decided:
        wrong += 1
        ends[0] += 1
      case .cannotDecide(.spread): ends[1] += 1
      case .cannotDecide, .goOn: ends[2] += 1
      }
    }
    #expect(Double(wrong) / Double(cases) <= 0.06 && wrong > cases / 50)
    #expect(Double(naive) / Double(cases) > 0.075)
    #expect(ends[1] > cases / 2)
  }

  @Test("what a plan decides")
  func decisions() {
    let plan = RepeatPlan(maxRepeats: 4, folds: 5, testTrainRatio: 0.25)
    func wave(_ count: Int, mean: Double, size: Double) -> [Double] {
      (0..<count).map { mean + ($0 % 2 == 0 ? size : -size) }
    }
    let clear = Self.compare(wave(6, mean: 1, size: 0.1), ratio: 0.25)
    #expect(plan.decide([clear], repeats: 1) == .decided)
    #expect(plan.decide([Self.compare([0, 0, 0, 0, 0], ratio: 0.25)], repeats: 1) == .decided)
    #expect(plan.decide([], repeats: 1) == .decided)
    // Equivalent: far inside the region.
    #expect(plan.decide([Self.compare(wave(6, mean: 0, size: 0.1), ratio: 0.25, region: 1)], repeats: 1) == .decided)
    let open = Self.compare(wave(6, mean: 0.6, size: 1), ratio: 0.25)
    #expect(plan.decide([open], repeats: 1) == .goOn(repeats: 2))
    #expect(plan.decide([clear, open], repeats: 1) == .goOn(repeats: 2))
    #expect(plan.decide([clear], repeats: 3) == .goOn(repeats: 4))
    #expect(plan.decide([open], repeats: 4) == .cannotDecide(.limit(repeats: 4)))
    let hopeless = Self.compare(wave(20, mean: 0.01, size: 1), ratio: 0.25)
    guard
      case .cannotDecide(.spread(let index, let floor, let difference)) = plan.decide([clear, hopeless], repeats: 2)
    else {
      Issue.record("more repeats could not help")
      return
    }
    #expect(index == 1 && relativeError(floor, hopeless.deviation / 2) < 1e-15 && difference == hopeless.mean)
    #expect(plan.decide([hopeless, open], repeats: 2) == .goOn(repeats: 4))
    #expect(plan.decide([Self.compare([1, .nan], ratio: 0.25)], repeats: 1) == .cannotDecide(.noValue(comparison: 0)))
    #expect(plan.decide([Self.compare([1], ratio: 0.25)], repeats: 1) == .goOn(repeats: 2))
  }

  @Test("several equal candidates: Holm keeps 5 %, no adjustment does not")
  func families() {
    let cases = 1500, ratio = 1.0 / 9
    var adjusted = 0, plain = 0
    for index in 0..<cases {
      // The reference's folds are in every difference.
      let reference = Self.differences(10, ratio: ratio, case: 6 * index)
      let p = (1...5).map { candidate in
        let own = Self.differences(10, ratio: ratio, case: 6 * index + candidate)
        return Self.compare(zip(own, reference).map { $0 - $1 }, ratio: ratio).pValue
      }
      adjusted += Holm.adjusted(p).contains { $0 <= 0.05 } ? 1 : 0
      plain += p.contains { $0 <= 0.05 } ? 1 : 0
    }
    #expect(Double(adjusted) / Double(cases) <= 0.06)
    #expect(Double(plain) / Double(cases) > 0.12)
  }
}
