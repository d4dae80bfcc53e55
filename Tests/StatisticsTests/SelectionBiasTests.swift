import Kernels
import Testing

@testable import Statistics

/// The winner's estimate, corrected for having been chosen.
@Suite struct SelectionBiasTests {
  private static func values(candidates: Int, folds: Int, better: Double = 0, case index: Int) -> [[Double]] {
    let count = (candidates + 1) * folds
    var normals = [Float](repeating: 0, count: count)
    RandomStream(seed: 43, purpose: .synthesis, index: UInt64(index)).fill(normal: &normals, count: count)
    return (0..<candidates).map { candidate in
      // A fold that is hard is hard for all.
      (0..<folds).map {
        10 + (candidate == 1 ? better : 0) + Double(normals[candidate * folds + $0]) + 3
          * Double(normals[candidates * folds + $0])
      }
    }
  }

  private static func bias(_ values: [[Double]], greater: Bool = true, seed: UInt64 = 5) -> SelectionBias? {
    SelectionBias(values: values, testTrainRatio: 1.0 / 9, greaterIsBetter: greater, draws: 300, seed: seed)
  }

  @Test("of equal candidates the best looks better than it is, and the correction takes that away")
  func optimism() throws {
    var optimism = 0.0, rest = 0.0
    let cases = 400
    for index in 0..<cases {
      let values = Self.values(candidates: 5, folds: 10, case: index)
      let found = try #require(Self.bias(values))
      // The folds' own ease is in every candidate's mean.
      let ease = mean(values.map { mean($0) })
      optimism += (found.estimate - ease) / Double(cases)
      rest += (found.corrected - ease) / Double(cases)
    }
    #expect(optimism > 0.25)
    #expect(abs(rest) < 0.06)
  }

  @Test("a clear winner keeps its mean")
  func clearWinner() throws {
    for index in 0..<50 {
      let found = try #require(Self.bias(Self.values(candidates: 4, folds: 10, better: 8, case: index)))
      #expect(found.winner == 1 && found.estimate - found.corrected < 0.05 && found.corrected <= found.estimate)
    }
  }

  @Test("losses and gains alike; the same draws give the same bits")
  func properties() throws {
    let values = Self.values(candidates: 5, folds: 7, case: 1), found = try #require(Self.bias(values))
    let turned = try #require(Self.bias(values.map { $0.map { -$0 } }, greater: false))
    #expect(turned.winner == found.winner && turned.estimate == -found.estimate && turned.corrected == -found.corrected)
    #expect(Self.bias(values) == found)
    // Other draws: a little different.
    let pairs = try (2..<12).map {
      let values = Self.values(candidates: 5, folds: 7, case: $0)
      return (try #require(Self.bias(values)).corrected, try #require(Self.bias(values, seed: 6)).corrected)
    }
    #expect(pairs.allSatisfy { abs($0 - $1) < 0.2 } && pairs.contains { $0 != $1 })
  }

  @Test("who has a fold without a value cannot win; one candidate, one fold, none")
  func extremes() throws {
    let found = try #require(Self.bias([[1, 2, 3], [9, .infinity, 9], [2, 2, 3], [9, .nan, 9]]))
    #expect(found.winner == 2)
    let one = try #require(Self.bias([[1, 2, 3]]))
    #expect(one.winner == 0 && one.estimate == 2 && one.corrected == 2)
    let fold = try #require(Self.bias([[1], [2]]))
    #expect(fold.winner == 1 && fold.corrected.isNaN)
    let same = try #require(Self.bias([[1, 2], [1, 2]]))
    #expect(same.winner == 0 && same.corrected <= same.estimate)
    #expect(Self.bias([]) == nil && Self.bias([[]]) == nil && Self.bias([[.nan, 1]]) == nil)
  }
}
