/// Where some numbers lie: their extremes, median and mean.
package struct Summary: Sendable, Equatable {
  package let count: Int
  package let min: Double
  package let median: Double
  package let mean: Double
  package let max: Double

  /// Sums up values, none of them NaN; nil of none.
  package init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    count = values.count
    min = first
    median = Statistics.median(ofSorted: sorted)
    // In the order in which they came, as a running sum has it.
    mean = Statistics.mean(values)
    max = last
  }
}
