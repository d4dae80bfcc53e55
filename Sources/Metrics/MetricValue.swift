/// What a metric yields, under the name that results have in files: a number, or many in a structure.
///
/// Names, labels and their order do not depend on samples. Keys of files are made of them in one place, ``MetricKey``.
package struct MetricValue: Sendable {
  /// The structure of a value.
  package enum Content: Sendable {
    case number(MetricNumber)
    /// A number for each label: a class, a target, a quantile's level.
    case vector(labels: [String], [MetricNumber])
    /// A number for each pair of labels, row by row.
    case matrix(rows: [String], columns: [String], [MetricNumber])
    case curve(MetricCurve)
  }

  package let name: String
  package let content: Content

  private init(_ name: String, content: Content) {
    self.name = name
    self.content = content
  }

  /// - Parameter cause: why there is no number, where that is known; of no meaning where there is one.
  package init(_ name: String, _ value: Double, because cause: String? = nil) {
    self.init(name, content: .number(MetricNumber(value, because: cause)))
  }

  package static func number(_ name: String, _ number: MetricNumber) -> MetricValue {
    MetricValue(name, content: .number(number))
  }

  /// `part / whole` for sums over samples; without a sample of any weight there is no value.
  package static func share(
    _ name: String, _ part: Double, of whole: Double, because cause: String? = nil
  ) -> MetricValue {
    MetricValue(name, content: .number(.share(part, of: whole, because: cause)))
  }

  /// A number for each label.
  package static func vector(_ name: String, labels: [String], _ numbers: [MetricNumber]) -> MetricValue {
    precondition(labels.count == numbers.count, "\(name): \(numbers.count) numbers for \(labels.count) labels")
    return MetricValue(name, content: .vector(labels: labels, numbers))
  }

  /// A number for each pair of labels, row by row.
  package static func matrix(
    _ name: String, rows: [String], columns: [String], _ numbers: [MetricNumber]
  ) -> MetricValue {
    precondition(
      rows.count * columns.count == numbers.count,
      "\(name): \(numbers.count) numbers for \(rows.count) × \(columns.count)")
    return MetricValue(name, content: .matrix(rows: rows, columns: columns, numbers))
  }

  package static func curve(_ name: String, _ curve: MetricCurve) -> MetricValue {
    MetricValue(name, content: .curve(curve))
  }

  /// The numbers in their order, those of a matrix row by row; of a curve none.
  package var numbers: [MetricNumber] {
    switch content {
    case .number(let number): [number]
    case .vector(_, let numbers), .matrix(_, _, let numbers): numbers
    case .curve: []
    }
  }

  /// The labels of each of ``numbers``, of a curve those of the whole: none.
  var labels: [[String]] {
    switch content {
    case .number, .curve: [[]]
    case .vector(let labels, _): labels.map { [$0] }
    case .matrix(let rows, let columns, _): rows.flatMap { row in columns.map { [row, $0] } }
    }
  }

  /// The same with nothing in it, because of what spoils every number.
  package func undefined(because cause: String) -> MetricValue {
    func none(_ numbers: [MetricNumber]) -> [MetricNumber] {
      [MetricNumber](repeating: MetricNumber(.nan, because: cause), count: numbers.count)
    }
    return switch content {
    case .number: MetricValue(name, .nan, because: cause)
    case .vector(let labels, let numbers): .vector(name, labels: labels, none(numbers))
    case .matrix(let rows, let columns, let numbers): .matrix(name, rows: rows, columns: columns, none(numbers))
    case .curve(let curve): .curve(name, MetricCurve(x: curve.x, y: curve.y, [], because: cause))
    }
  }
}
