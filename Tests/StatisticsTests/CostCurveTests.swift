import Kernels
import Testing

@testable import Statistics

/// Cost against threshold, the best threshold and those in doubt.
@Suite struct CostCurveTests {
  private typealias Costs = CostCurve.Costs

  /// Rows whose probabilities are right: positive exactly as often as they say.
  private static func calibrated(_ count: Int, case index: Int) -> (p: [Double], truth: [Bool], folds: [Int]) {
    var numbers = [Float](repeating: 0, count: 2 * count)
    RandomStream(seed: 47, purpose: .synthesis, index: UInt64(index)).fill(uniform: &numbers, count: 2 * count)
    return (
      (0..<count).map { Double(numbers[2 * $0]) }, (0..<count).map { numbers[2 * $0 + 1] < numbers[2 * $0] },
      (0..<count).map { $0 % 5 }
    )
  }

  private static func curve(
    _ rows: (p: [Double], truth: [Bool], folds: [Int]), _ costs: CostCurve.Costs, limit: Int = 200
  ) -> CostCurve? {
    CostCurve(
      probabilities: rows.p, isPositive: rows.truth, folds: rows.folds, costs: costs, testTrainRatio: 0.25, limit: limit
    )
  }

  @Test("each point is the mean cost of the decisions there, and none is below the best")
  func points() throws {
    let rows = Self.calibrated(500, case: 0), costs = Costs(falsePositive: 1, falseNegative: 4)
    let curve = try #require(Self.curve(rows, costs))
    #expect(curve.points.count > 150 && curve.points.map(\.threshold) == curve.points.map(\.threshold).sorted())
    for point in curve.points + [curve.best, curve.standard] {
      let cost = zip(rows.p, rows.truth).reduce(0.0) { sum, row in
        row.0 >= point.threshold ? sum + (row.1 ? 0 : 1) : sum + (row.1 ? 4 : 0)
      }
      #expect(abs(point.cost - cost / 500) < 1e-12)
      #expect(point.cost >= curve.best.cost - 1e-12)
    }
    #expect(curve.standard.threshold == 0.2 && curve.low <= curve.best.threshold && curve.best.threshold <= curve.high)
    #expect(curve.crossFitted >= curve.best.cost - 1e-12)
    // All positive, all negative.
    #expect(curve.points.first?.threshold == 0)
    #expect(curve.points.last.map { $0.cost == 4 * Double(rows.truth.filter { $0 }.count) / 500 } == true)
  }

  @Test("a fold's threshold comes from its own repeat: that the same rows come again in another one changes nothing")
  func repeats() throws {
    let rows = Self.calibrated(60, case: 3), costs = Costs(falsePositive: 1, falseNegative: 4)
    let once = try #require(
      CostCurve(probabilities: rows.p, isPositive: rows.truth, folds: rows.folds, costs: costs, testTrainRatio: 0.25))
    let twice = try #require(
      CostCurve(
        probabilities: rows.p + rows.p, isPositive: rows.truth + rows.truth,
        folds: rows.folds + rows.folds.map { $0 + 5 }, foldsInRepeat: 5, costs: costs, testTrainRatio: 0.25))
    #expect(abs(once.crossFitted - twice.crossFitted) < 1e-12)
  }

  @Test("where probabilities are right the interval holds FP/(FP + FN)")
  func coverage() throws {
    for (costs, best) in [
      (Costs(falsePositive: 1, falseNegative: 4), 0.2), (Costs(falsePositive: 3, falseNegative: 1), 0.75),
    ] {
      var held = 0, narrow = 0
      for index in 0..<100 {
        let curve = try #require(Self.curve(Self.calibrated(1000, case: index), costs, limit: 100))
        held += curve.low <= best && best <= curve.high ? 1 : 0
        narrow += curve.high - curve.low < 0.6 ? 1 : 0
      }
      #expect(held >= 90 && narrow >= 90, "\(held) held, \(narrow) narrow")
    }
  }

  @Test("probabilities that are too low have a best threshold that is lower")
  func shifted() throws {
    var rows = Self.calibrated(2000, case: 3)
    rows.p = rows.p.map { $0 / 4 }
    let curve = try #require(Self.curve(rows, Costs(falsePositive: 1, falseNegative: 1)))
    #expect(abs(curve.best.threshold - 0.125) < 0.05 && curve.high < 0.5 && curve.best.cost < curve.standard.cost)
  }

  @Test("orders of rows and numbers of folds do not matter")
  func orders() throws {
    let rows = Self.calibrated(300, case: 4), costs = Costs(falsePositive: 2, falseNegative: 1)
    let turned = (
      p: Array(rows.p.reversed()), truth: Array(rows.truth.reversed()), folds: rows.folds.reversed().map { 7 * $0 - 3 }
    )
    #expect(Self.curve(turned, costs) == Self.curve(rows, costs))
  }

  @Test("ties, one class, perfect and useless probabilities, costs of 0 and of all sizes")
  func extremes() throws {
    let half = try #require(
      Self.curve(
        ([0.5, 0.5, 0.5, 0.5], [true, false, true, false], [0, 0, 1, 1]), Costs(falsePositive: 1, falseNegative: 1)))
    #expect(half.best.threshold == 0.5 && half.best.cost == 0.5)
    let perfect = try #require(
      Self.curve(
        ([0.1, 0.2, 0.8, 0.9], [false, false, true, true], [0, 1, 0, 1]), Costs(falsePositive: 1, falseNegative: 1)))
    #expect(perfect.best == CostCurve.Point(threshold: 0.5, cost: 0) && perfect.crossFitted == 0)
    let negative = try #require(
      Self.curve(([0.3, 0.9], [false, false], [0, 1]), Costs(falsePositive: 1, falseNegative: 1)))
    #expect(negative.best.cost == 0 && negative.best.threshold > 0.9)
    let oneFold = try #require(
      Self.curve(([0.3, 0.9], [false, true], [4, 4]), Costs(falsePositive: 1, falseNegative: 1)))
    #expect(oneFold.crossFitted.isNaN && oneFold.low == 0 && oneFold.high > 0.9)
    let free = try #require(
      Self.curve(([0.3, 0.9], [false, true], [0, 1]), Costs(falsePositive: 0, falseNegative: 0)))
    #expect(free.best == CostCurve.Point(threshold: 0.5, cost: 0))
    for scale in [1e-300, 1e300] {
      let costs = Costs(falsePositive: scale, falseNegative: scale)
      #expect(costs.standard == 0.5)
      let curve = try #require(Self.curve(Self.calibrated(50, case: 5), costs))
      #expect(curve.low <= curve.high && curve.best.cost.isFinite)
    }
    let fine = Costs(falsePositive: 1, falseNegative: 1)
    #expect(Self.curve(([], [], []), fine) == nil)
    #expect(Self.curve(([0.5], [], [0]), fine) == nil)
    #expect(Self.curve(([1.5], [true], [0]), fine) == nil && Self.curve(([.nan], [true], [0]), fine) == nil)
    #expect(Self.curve(([0.5], [true], [0]), Costs(falsePositive: -1, falseNegative: 1)) == nil)
    #expect(Self.curve(([0.5], [true], [0]), Costs(falsePositive: .infinity, falseNegative: 1)) == nil)
  }
}
