import TestSupport
import Testing

@testable import Datasets

/// Quantiles of a column with missing numbers are those of the column that is filled and sorted.
@Suite struct FilledOrderTests {
  @Test("where nothing is there, all is what fills; zeros of both signs keep their places")
  func ends() {
    var none = FilledOrder([])
    none.fill(5, with: 2.5)
    #expect(none.count == 5 && none.quantiles([0, 0.5, 1]) == [2.5, 2.5, 2.5])
    var zeros = FilledOrder([-0.0, 0, -1, -0.0])
    zeros.fill(2, with: 0)
    // What fills is before those that are equal to it.
    #expect(zeros[[0, 1, 2, 3, 4, 5]].map(\.sign) == [.minus, .plus, .plus, .minus, .plus, .minus])
    #expect(FilledOrder([.infinity, -.infinity, 3])[[2, 0, 1]] == [.infinity, -.infinity, 3])
  }

  @Test("quantiles of filled numbers", arguments: [1, 2, 7, 500, 50_000])
  func quantiles(count: Int) {
    var generator = TestGenerator(state: UInt64(count)), differs = 0
    for _ in 0..<6 {
      let numbers = (0..<count).map { _ in Double(Int.random(in: -40...40, using: &generator)) / 8 }
      let missing = Int.random(in: 0...count, using: &generator)
      for value in [-9, 0, 0.3, 1.25, 9] {
        var order = FilledOrder(numbers)
        order.fill(missing, with: value)
        let filled = (numbers + repeatElement(value, count: missing)).sorted()
        let shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]
        #expect(order.count == filled.count)
        #expect(order.quantiles(shares) == shares.map { filled.quantile($0) })
        if FilledOrder(numbers).quantiles(shares) != order.quantiles(shares) { differs += 1 }
      }
    }
    // What fills counts.
    #expect(count == 1 || differs > 5)
  }
}
