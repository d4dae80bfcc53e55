/// Names a row of a source as the tools for its file count it.
package struct RowSource: Sendable, Equatable {
  package var file: String
  /// The lines of the rows of a text file; nil for arrays and the like.
  package var lines: RowLines?
  /// The files of a text that was joined from several, whose lines these are.
  package var parts: TextParts?
  /// The rows of an array that are kept; nil where all are.
  package var rows: RowLines?

  package init(file: String, lines: RowLines? = nil) {
    self.file = file
    self.lines = lines
  }

  /// `line 12` as an editor counts, from 1 with the header; `line 12 of b.csv` where there are several files; `row 11
  /// (counted from 0)` as NumPy does.
  package func place(_ row: Int) -> String {
    if let lines, let parts { return parts.words(ofLine: lines[row]) }
    return lines.map { "line \($0[row])" } ?? "row \(rows.map { $0[row] } ?? row) (counted from 0)"
  }
}

/// The line on which each row of a text file begins.
///
/// Mostly one row follows the other, line by line; only where it is otherwise something is kept.
package struct RowLines: Sendable, Equatable {
  /// The rows whose line is not the one after that of the row before, ascending, and their lines.
  private var jumps: [Jump] = []
  private var next = 0

  private struct Jump: Sendable, Equatable {
    var row: Int
    var line: Int
  }

  package init() {}

  /// Adds a row; rows come in ascending order.
  package mutating func append(_ line: Int, row: Int) {
    if jumps.isEmpty || line != next { jumps.append(Jump(row: row, line: line)) }
    next = line + 1
  }

  /// Adds the rows of a part of the text, whose lines and rows count from 1 and 0 there.
  mutating func append(_ part: RowLines, line: Int, row: Int) {
    for (index, jump) in part.jumps.enumerated() where index > 0 || jumps.isEmpty || jump.line + line != next {
      jumps.append(Jump(row: jump.row + row, line: jump.line + line))
    }
    if !part.jumps.isEmpty { next = part.next + line }
  }

  /// The line behind the last row's; then of each jump the row and its line.
  package var numbers: [Int] { [next] + jumps.flatMap { [$0.row, $0.line] } }

  /// Takes what ``numbers`` were elsewhere; nil where they cannot be.
  package init?(numbers: [Int]) {
    // Far from where sums overflow.
    guard numbers.count % 2 == 1, numbers.allSatisfy((0...1 << 48).contains) else { return nil }
    next = numbers[0]
    jumps = stride(from: 1, to: numbers.count, by: 2).map { Jump(row: numbers[$0], line: numbers[$0 + 1]) }
    guard zip(jumps, jumps.dropFirst()).allSatisfy({ $0.row < $1.row }) else { return nil }
  }

  package subscript(row: Int) -> Int {
    // The last jump at or before the row.
    var low = 0, high = jumps.count
    while low < high {
      let middle = (low + high) / 2
      if jumps[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return row + 1 }
    return jumps[low - 1].line + row - jumps[low - 1].row
  }
}
