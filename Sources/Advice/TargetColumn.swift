internal import Kernels
internal import Statistics

/// One column of target numbers, counted and sorted once.
struct TargetColumn {
  /// The finite ones, in row order.
  let values: [Double]
  /// Their rows.
  let rows: [Int]
  /// One for each value; nil: all count the same.
  let weights: [Double]?
  let sorted: [Double]
  /// Different values.
  let distinct: Int
  let zeros: Int
  let negatives: Int
  let isWhole: Bool
  /// Rows that are no finite numbers.
  let notFinite: Int
  /// The most frequent value that is not 0, and how often it is there.
  let mode: (value: Double, count: Int)

  /// - Parameter given: a weight for each row; rows that weigh nothing are left out. Passed over where it is none.
  init(_ all: [Double], weights given: [Double]?) {
    let given = given.flatMap { $0.count == all.count && $0.allSatisfy { $0.isFinite && $0 >= 0 } ? $0 : nil }
    let kept = all.indices.filter { all[$0].isFinite && (given?[$0] ?? 1) > 0 }
    rows = kept
    values = kept.map { all[$0] }
    weights = given.map { weights in kept.map { weights[$0] } }
    notFinite = all.count { !$0.isFinite }
    sorted = values.sorted()
    var distinct = 0, best = (value: 0.0, count: 0), run = 0
    for (index, value) in sorted.enumerated() {
      run = index > 0 && sorted[index - 1] == value ? run + 1 : 1
      if run == 1 { distinct += 1 }
      if value != 0, run > best.count { best = (value, run) }
    }
    (self.distinct, mode) = (distinct, best)
    zeros = values.count { $0 == 0 }
    negatives = values.count { $0 < 0 }
    isWhole = values.allSatisfy { $0 == $0.rounded() && $0.magnitude < 0x1p53 }
  }

  var count: Int { values.count }
  var minimum: Double { sorted.first ?? 0 }
  var maximum: Double { sorted.last ?? 0 }
  var zeroShare: Double { count > 0 ? Double(zeros) / Double(count) : 0 }

  /// How often each value is there, ascending; for few different ones.
  var frequencies: [(value: Double, count: Int)] {
    var found: [(value: Double, count: Int)] = []
    for value in sorted {
      if let last = found.last, last.value == value {
        found[found.count - 1].count += 1
      } else {
        found.append((value, 1))
      }
    }
    return found
  }

  /// A value at an end that many rows have, as where a measurement is cut off; nil where there is none.
  var cap: (value: Double, share: Double, isUpper: Bool)? {
    guard count >= 20, distinct > 10 else { return nil }
    func found(_ value: Double, upper: Bool) -> (value: Double, share: Double, isUpper: Bool)? {
      let here = values.count { $0 == value }
      guard here >= 5, 50 * here >= count else { return nil }
      // The most frequent of the others.
      var most = 0, run = 0
      for (index, other) in sorted.enumerated() where other != value {
        run = index > 0 && sorted[index - 1] == other ? run + 1 : 1
        most = max(most, run)
      }
      return here >= 5 * most ? (value, Double(here) / Double(count), upper) : nil
    }
    // Zeros at the lower end are zeros.
    return found(maximum, upper: true) ?? (minimum == 0 ? nil : found(minimum, upper: false))
  }

  /// Powers of ten from the least magnitude to the greatest, zeros left out.
  var decades: Double {
    let sizes = values.map(\.magnitude).filter { $0 > 0 }
    guard let low = sizes.min(), let high = sizes.max() else { return 0 }
    return (DoubleFunctions.log(high) - DoubleFunctions.log(low)) / 2.302585092994046
  }
}
