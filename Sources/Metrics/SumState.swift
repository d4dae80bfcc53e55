/// A state of sums over samples, turned into a value at the end.
struct SumState: MetricState {
  private(set) var numbers: [Double]
  private let add: @Sendable (MetricRow, inout [Double]) -> Void
  private let finish: @Sendable ([Double]) -> MetricValue

  /// - Parameters:
  ///   - count: number of sums, 0 at the start.
  ///   - add: adds a sample to the sums.
  init(
    _ count: Int, add: @escaping @Sendable (MetricRow, inout [Double]) -> Void,
    finish: @escaping @Sendable ([Double]) -> MetricValue
  ) {
    numbers = [Double](repeating: 0, count: count)
    self.add = add
    self.finish = finish
  }

  mutating func update(_ row: MetricRow) { add(row, &numbers) }

  mutating func merge(_ others: ArraySlice<Double>) {
    for (index, other) in zip(numbers.indices, others) { numbers[index] += other }
  }

  var value: MetricValue { finish(numbers) }
}

/// A state that keeps some numbers of every sample, for values that need them all.
struct SampleState: MetricState {
  private(set) var numbers: [Double] = []
  private let add: @Sendable (MetricRow, inout [Double]) -> Void
  private let finish: @Sendable ([Double]) -> MetricValue

  init(
    add: @escaping @Sendable (MetricRow, inout [Double]) -> Void,
    finish: @escaping @Sendable ([Double]) -> MetricValue
  ) {
    self.add = add
    self.finish = finish
  }

  mutating func update(_ row: MetricRow) { add(row, &numbers) }
  mutating func merge(_ others: ArraySlice<Double>) { numbers += others }
  var value: MetricValue { finish(numbers) }
}
