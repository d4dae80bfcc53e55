import Testing

@testable import Statistics

/// Holm's adjustment beside that of statsmodels (`Golden/comparison.py`).
@Suite struct HolmTests {
  @Test("as statsmodels adjusts, ties included")
  func golden() throws {
    for entry in try ComparisonGolden.read().holm {
      for (own, other) in zip(Holm.adjusted(entry.p), entry.adjusted) { #expect(relativeError(own, other) < 1e-14) }
    }
  }

  @Test("what is NaN is no test; orders of the tests do not matter")
  func properties() {
    #expect(Holm.adjusted([]).isEmpty)
    let adjusted = Holm.adjusted([0.03, .nan, 0.01])
    #expect(adjusted[0] == 0.03 && adjusted[1].isNaN && adjusted[2] == 0.02)
    let p = [0.2, 0.001, 0.04, 0.04, 0.9, 0.012]
    for shift in p.indices {
      let turned = Array(p[shift...] + p[..<shift])
      let expected = Holm.adjusted(p)
      #expect(Holm.adjusted(turned) == Array(expected[shift...] + expected[..<shift]))
    }
    // Never below p itself, never above Bonferroni's.
    for (own, other) in zip(p, Holm.adjusted(p)) { #expect(other >= own && other <= min(1, 6 * own)) }
  }
}
