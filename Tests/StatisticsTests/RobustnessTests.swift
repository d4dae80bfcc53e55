import Testing

@testable import Statistics

/// Statistics of odd data: nothing traps, and what cannot be told is nil.
@Suite struct RobustnessTests {
  static let odd: [[Double]] = [
    [], [1], [2, 2], [0, 0, 0, 0], [1e300, -1e300, 1e300], [1e-300, 2e-300, 0], [5, 5, 5, 5, 6],
    (0..<50).map { Double($0) }, [Double](repeating: 3, count: 40),
  ]

  @Test("odd values")
  func values() {
    for values in Self.odd {
      let sorted = values.sorted()
      #expect(values.isEmpty || quantile(ofSorted: sorted, 0.3).isFinite)
      #expect(medcouple(ofSorted: sorted).magnitude <= 1)
      let moments = Moments(values)
      #expect(values.isEmpty == (moments == nil))
      if let moments { #expect(moments.mean.isFinite && moments.skewness.isFinite && moments.kurtosis.isFinite) }
      if let tail = TailIndex(values) { #expect(tail.index.isFinite && tail.index > 0) }
      _ = ErrorDistributions.heavyTail(values)
      _ = ErrorDistributions.gamma(ratios: values)
      _ = VarianceLaw(residuals: values, predictions: values)
      _ = BreuschPagan(residuals: values, predictions: values)
      _ = Dispersion(values, means: values.map { _ in 1 }, parameters: 1)
      _ = RobustLeastSquares.coefficients([values.map { _ in 1 }], values)
      if let found = LogLinkFit.coefficients([values.map { _ in 1 }], values.map(\.magnitude), power: 1) {
        #expect(found.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("a column that others make up keeps the others' fit")
  func collinear() throws {
    let x = (0..<30).map { Double($0 % 7) }, ones = [Double](repeating: 1, count: 30)
    let y = x.map { 3 + 2 * $0 }
    let found = try #require(LeastSquares.coefficients([ones, x, x.map { 5 * $0 - 1 }, ones.map { _ in 0 }], y))
    let fitted = LeastSquares.values([ones, x, x.map { 5 * $0 - 1 }, ones.map { _ in 0 }], found, rows: 30)
    for (a, b) in zip(fitted, y) { #expect(abs(a - b) < 1e-4) }
  }

  @Test("rows that weigh nothing do not count")
  func weights() throws {
    let ones = [Double](repeating: 1, count: 6), y = [1, 2, 3, 100, 200, 300.0]
    let found = try #require(LeastSquares.coefficients([ones], y, weights: [1, 1, 1, 0, 0, 0]))
    #expect(abs(found[0] - 2) < 1e-8)
    #expect(weightedQuantile(y, weights: [1, 1, 1, 0, 0, 0], 0.5) == 2)
    #expect(weightedQuantile([], weights: [], 0.5).isNaN)
  }

  @Test("the median is not moved by far values, and no more is Huber's location")
  func farValues() throws {
    var y = (0..<100).map { Double($0 % 10) }
    for index in 0..<10 { y[index * 10] = 1e9 }
    let found = try #require(RobustLeastSquares.coefficients([y.map { _ in 1 }], y, steps: 30))
    #expect(abs(found[0] - 5) < 1)
    #expect(RobustLeastSquares.delta(y.map { $0 - 5 }) < 6)
  }

  @Test("the medcouple of many values, by 501 of them, is near that of all")
  func thinnedMedcouple() {
    let values = (0..<20_001).map {
      let u = (Double($0) + 0.5) / 20_001; return u * u * u
    }
    #expect(
      abs(medcouple(ofSorted: values) - medcouple(ofSorted: stride(from: 0, to: 20_001, by: 50).map { values[$0] }))
        < 0.01)
    #expect(medcouple(ofSorted: values) > 0.4)
    #expect(abs(medcouple(ofSorted: (0..<10_000).map { Double($0) })) < 1e-12)
  }
}
