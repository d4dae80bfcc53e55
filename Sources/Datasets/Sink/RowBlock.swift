/// Some rows on their way from a format to its ``DataSink``: the fields whose content is numbers or labels.
///
/// ```
/// var block = RowBlock(fields)
/// while let row = …next row… {
///   block.numbers += row.numbers          // those of all fields of numbers, in the order of the fields
///   block.labels[0].append(row.colour)    // one list for each field of labels
///   block.endRow(line: row.line)
///   if block.isFull { try sink.append(&block) }
/// }
/// try sink.append(&block)
/// ```
package struct RowBlock {
  /// The rows that are whole.
  package private(set) var count = 0
  /// The numbers of each row.
  package var numbers: [Double] = []
  /// For each field of labels, in the order of the fields, those of the rows; of a feature or key, an empty text is a
  /// missing one.
  package var labels: [[String]]
  /// The lines on which rows begin; empty where rows are counted.
  package private(set) var lines: [Int] = []

  /// Numbers of a row.
  let width: Int
  // A block stays in the second-level cache.
  private static let cells = 1 << 14

  /// - Parameter fields: those that ``DataSink/begin(_:from:naming:)`` is told.
  package init(_ fields: [SourceField]) {
    width = fields.reduce(0) { $0 + $1.width }
    labels = fields.filter(\.isLabels).map { _ in [] }
    numbers.reserveCapacity(Self.cells + width)
  }

  /// Whether it is time to hand it on.
  package var isFull: Bool { count * (width + labels.count) >= Self.cells }

  /// Counts a row.
  ///
  /// - Parameter line: on which it begins, in a text.
  package mutating func endRow(line: Int? = nil) {
    count += 1
    precondition(numbers.count == count * width, "a row has \(width) numbers")
    if let line { lines.append(line) }
  }

  /// Becomes empty and keeps its memory.
  mutating func clear() {
    count = 0
    numbers.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    for index in labels.indices { labels[index].removeAll(keepingCapacity: true) }
  }
}
