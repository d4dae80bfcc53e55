/// Where numbers lie, by their order alone.
struct NumberShape {
  let sorted: [Double]
  let median: Double
  /// From the first quartile to the third.
  let quartileDistance: Double

  init(_ values: [Double]) {
    sorted = values.filter(\.isFinite).sorted()
    let count = sorted.count
    median = count == 0 ? 0 : sorted[count / 2]
    quartileDistance = count == 0 ? 0 : sorted[(3 * count) / 4] - sorted[count / 4]
  }

  /// The share of numbers that are further from the median than so many quartile distances.
  func share(beyond distance: Double) -> Double {
    guard !sorted.isEmpty, quartileDistance > 0, quartileDistance.isFinite else { return 0 }
    let far = sorted.count { abs($0 - median) > distance * quartileDistance }
    return Double(far) / Double(sorted.count)
  }

  /// Whether numbers ≥ 0 reach so far up that their logarithms say more: a hundredth of them is beyond 50 quartile
  /// distances, or most are one number and the others spread over three powers of ten.
  var isSkewed: Bool {
    guard let first = sorted.first, let last = sorted.last, first >= 0 else { return false }
    if quartileDistance > 0 { return share(beyond: 50) >= 0.01 }
    return last > 1000 * max(1, median)
  }
}
