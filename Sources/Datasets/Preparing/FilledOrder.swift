internal import Kernels

/// The order of a column's numbers and of what stands for its missing ones, asked for in a few places.
struct FilledOrder {
  private let numbers: [Double]
  /// What stands for missing numbers, how many there are, and how many numbers are smaller.
  private var fill: (value: Double, count: Int, below: Int)?

  /// - Parameter numbers: in any order, none of them NaN.
  init(_ numbers: [Double]) { self.numbers = numbers }

  var count: Int { numbers.count + (fill?.count ?? 0) }

  /// Lets a number stand for missing ones: before numbers that are equal.
  mutating func fill(_ count: Int, with value: Double) { fill = (value, count, numbers.count { $0 < value }) }

  /// The numbers at some places, from the smallest; 0 is the first.
  subscript(ranks: [Int]) -> [Double] {
    guard let fill else { return NumberOrder.numbers(at: ranks, of: numbers) }
    let filled = fill.below..<fill.below + fill.count
    var found = ranks.map { _ in fill.value }
    let own = ranks.indices.filter { !filled.contains(ranks[$0]) }
    let places = own.map { ranks[$0] < fill.below ? ranks[$0] : ranks[$0] - fill.count }
    for (place, number) in zip(own, NumberOrder.numbers(at: places, of: numbers)) { found[place] = number }
    return found
  }

  /// Quantiles, as of the ascending numbers (``Swift/Array/quantile(_:)``).
  func quantiles(_ shares: [Double]) -> [Double] {
    let spots = shares.map { QuantileSpot($0, count: count) }
    let found = self[spots.flatMap { [$0.low, $0.high] }]
    return spots.indices.map { spots[$0].value(found[2 * $0], found[2 * $0 + 1]) }
  }
}
