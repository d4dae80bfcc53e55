internal import Kernels

/// Figures of one column of a table, over the rows that were read of its source.
package struct ColumnProfile: Sendable, Equatable {
  /// Of the values that are numbers.
  package struct Numbers: Sendable, Equatable {
    package var minimum: Double
    /// The value in the middle; of an even number of values the mean of the two there.
    package var median: Double
    package var maximum: Double
    package var zeros: Int
    /// Whether all are whole numbers.
    package var areWhole: Bool

    package init(minimum: Double, median: Double, maximum: Double, zeros: Int, areWhole: Bool) {
      (self.minimum, self.median, self.maximum) = (minimum, median, maximum)
      (self.zeros, self.areWhole) = (zeros, areWhole)
    }
  }

  package var name: String
  package var role: SourceField.Role
  package var kind: ColumnRule.Kind
  package var rows: Int
  /// Rows without a value.
  package var missing = 0
  /// Different values.
  package var distinct = 0
  /// Whether there are more of them than were told apart.
  package var distinctIsMore = false
  /// Nil for words, and where there is no value.
  package var numbers: Numbers?
  /// Of numbers how many values are in each of ``binCount`` parts of equal width from the smallest to the largest; of
  /// words how often the most frequent ones occur, the most frequent first.
  package var bins: [Int] = []
  /// The value that occurs most often, and how often; of several the smallest, or first in order.
  package var mostFrequent: String?
  package var mostFrequentCount = 0
  /// Of words: values that are written like numbers, and the first few others.
  package var numberLike = 0
  package var otherWords: [String] = []

  package static let binCount = 10
  /// Rows below which no column looks like an id.
  package static let fewestRows = 20

  package var present: Int { rows - missing }

  package init(_ name: String, _ role: SourceField.Role, _ kind: ColumnRule.Kind, rows: Int) {
    (self.name, self.role, self.kind, self.rows) = (name, role, kind, rows)
  }

  /// The figures of numbers; what is not finite is missing.
  package init(_ name: String, _ role: SourceField.Role, numbers values: [Double]) {
    self.init(name, role, .numeric, rows: values.count)
    var sorted = values.filter(\.isFinite)
    NumberOrder.sort(&sorted)
    missing = values.count - sorted.count
    guard let first = sorted.first, let last = sorted.last else { return }
    let middle = sorted.count / 2
    // Halves, because the sum of two may be beyond double.
    let median = sorted.count % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2
    numbers = Numbers(
      minimum: first, median: median, maximum: last, zeros: sorted.count { $0.isZero },
      areWhole: sorted.allSatisfy { $0.rounded() == $0 })
    bins = Self.histogram(sorted, from: first, to: last)
    var start = 0, frequent = first
    for index in sorted.indices where index + 1 == sorted.count || sorted[index + 1] != sorted[index] {
      distinct += 1
      if index + 1 - start > mostFrequentCount { (mostFrequentCount, frequent) = (index + 1 - start, sorted[index]) }
      start = index + 1
    }
    mostFrequent = Self.text(frequent)
  }

  /// The figures of words.
  ///
  /// - Parameters:
  ///   - codes: for each row the place of its word, less than 0 where it has none.
  ///   - labels: the words; some may not occur.
  package init(_ name: String, _ role: SourceField.Role, codes: [Int32], labels: [String]) {
    self.init(name, role, .categorical, rows: codes.count)
    var counts = [Int](repeating: 0, count: labels.count)
    for code in codes {
      if counts.indices.contains(Int(code)) { counts[Int(code)] += 1 } else { missing += 1 }
    }
    distinct = counts.count { $0 > 0 }
    bins = Array(counts.filter { $0 > 0 }.sorted(by: >).prefix(Self.binCount))
    for label in labels.indices.filter({ counts[$0] > 0 }).sorted(by: { labels[$0] < labels[$1] }) {
      if counts[label] > mostFrequentCount { (mostFrequentCount, mostFrequent) = (counts[label], labels[label]) }
      if LabelKind.number(labels[label]) != nil {
        numberLike += counts[label]
      } else if otherWords.count < 4 {
        otherWords.append(labels[label])
      }
    }
  }

  /// A number as a person writes it.
  private static func text(_ number: Double) -> String {
    number.rounded() == number && abs(number) < 0x1p53 ? String(Int(number)) : "\(number)"
  }

  /// How many of some numbers are in each part; the last one holds the largest number too.
  private static func histogram(_ sorted: [Double], from first: Double, to last: Double) -> [Int] {
    guard first < last else { return [sorted.count] }
    var bins = [Int](repeating: 0, count: binCount)
    let width = last / 2 - first / 2
    for value in sorted {
      let place = width > 0 ? (value / 2 - first / 2) / width : 0
      bins[min(binCount - 1, Int(place * Double(binCount)))] += 1
    }
    return bins
  }
}
