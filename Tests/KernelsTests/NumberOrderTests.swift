import TestSupport
import Testing

@testable import Kernels

@Suite struct NumberOrderTests {
  /// Numbers of every size, with repeated ones, zeros of both signs, and infinities.
  static func numbers(_ count: Int, zeros: Bool, _ generator: inout TestGenerator) -> [Double] {
    let special: [Double] = [0, .infinity, -.infinity, .leastNonzeroMagnitude, -1, 1, 1e308] + (zeros ? [-0.0] : [])
    return (0..<count).map { _ in
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: special[Int.random(in: 0..<special.count, using: &generator)]
      case 1: Double(Int.random(in: -50...50, using: &generator) * 2 + 1)
      case 2: Double.random(in: -1...1, using: &generator)
      default:
        Double(sign: .plus, exponent: Int.random(in: -1070...1000, using: &generator), significand: 1.25)
      }
    }
  }

  @Test("as comparing orders them, bit for bit", arguments: [0, 1, 2047, 2048, 5000, 20_000], [false, true])
  func order(count: Int, zeros: Bool) {
    var generator = TestGenerator(state: UInt64(count))
    let numbers = Self.numbers(count, zeros: zeros, &generator)
    var sorted = numbers
    NumberOrder.sort(&sorted)
    #expect(sorted.map(\.bitPattern) == numbers.sorted().map(\.bitPattern))
    let places = numbers.indices.filter { $0 % 7 != 3 }
    let expected = places.sorted { numbers[$0] == numbers[$1] ? $0 < $1 : numbers[$0] < numbers[$1] }
    #expect(NumberOrder.order(of: numbers, at: places) == expected)
  }

  @Test("digits that all share, and numbers that are all one")
  func shared() {
    for numbers in [[Double](repeating: -2.5, count: 3000), (0..<3000).map { Double($0 * 7919 % 3000) }] {
      var sorted = numbers
      NumberOrder.sort(&sorted)
      #expect(sorted == numbers.sorted())
    }
  }

  @Test(
    "numbers at places of the order are those of all in order, bit for bit", arguments: [1, 3000, 40_000, 150_000],
    [false, true])
  func selection(count: Int, zeros: Bool) {
    var generator = TestGenerator(state: UInt64(count) + 1)
    for kind in 0..<4 {
      // All sizes; numbers that share all but their last two digits, or their last; few different ones, of which 0 and
      // -0 are equal.
      let numbers: [Double] =
        switch kind {
        case 0: Self.numbers(count, zeros: zeros, &generator)
        case 1: (0..<count).map { _ in 1 + Double(Int.random(in: 0..<300_000, using: &generator)) * 0x1p-50 }
        case 2: (0..<count).map { _ in 1 + Double(Int.random(in: 0..<60_000, using: &generator)) * 0x1p-52 }
        default: (0..<count).map { _ in [0, zeros ? -0.0 : 1, 2].randomElement(using: &generator) ?? 0 }
        }
      var sorted = numbers
      NumberOrder.sort(&sorted)
      let ranks =
        [0, count - 1, count / 2, count / 4] + (0..<30).map { _ in Int.random(in: 0..<count, using: &generator) }
      let found = NumberOrder.numbers(at: ranks, of: numbers)
      #expect(found.map(\.bitPattern) == ranks.map { sorted[$0].bitPattern }, "kind \(kind)")
    }
    #expect(NumberOrder.numbers(at: [], of: []) == [])
  }
}
