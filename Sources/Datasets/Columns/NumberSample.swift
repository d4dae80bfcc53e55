/// Numbers at even distances from a long series, as many as fit.
///
/// The first, the (1 + k)th, the (1 + 2k)th … are kept; when they are too many, every second one of them goes and k is
/// doubled. So the sample depends on the series alone.
package struct NumberSample: Sendable {
  package static let capacity = 1 << 15

  package private(set) var values: [Double] = []
  /// Numbers of the whole series.
  package private(set) var count = 0
  private var stride = 1

  package init() {}

  package mutating func add(_ number: Double) {
    defer { count += 1 }
    guard count % stride == 0 else { return }
    if values.count == Self.capacity {
      values = (0..<Self.capacity / 2).map { values[2 * $0] }
      stride *= 2
      guard count % stride == 0 else { return }
    }
    values.append(number)
  }

  /// Adds numbers as one by one, without a look at those that are not kept.
  mutating func add(contentsOf numbers: [Double]) {
    let first = count
    while true {
      let next = (count + stride - 1) / stride * stride
      guard next - first < numbers.count else { break }
      count = next
      add(numbers[next - first])
    }
    count = first + numbers.count
  }
}
