internal import Specs

/// The cells of a source that cannot be used, column by column.
package struct CellProblems: Sendable, Equatable {
  /// What a column is for.
  package enum Role: Sendable, Hashable {
    case feature, category, target, weight
  }

  private struct Key: Sendable, Hashable {
    var name: String
    var role: Role
  }

  /// Cells of one column with the same cause.
  package struct Tally: Sendable, Equatable {
    package var cause: CellCause
    package var count: Int
    /// Where the first is, like `line 3`, and its text.
    package var place: String
    package var text: String
  }

  package struct Column: Sendable, Equatable {
    package var name: String
    package var role: Role
    /// In order of first appearance.
    package var tallies: [Tally] = []

    package init(name: String, role: Role) {
      self.name = name
      self.role = role
    }

    mutating func add(_ cause: CellCause, place: @autoclosure () -> String, text: @autoclosure () -> String) {
      if let index = tallies.firstIndex(where: { $0.cause == cause }) {
        tallies[index].count += 1
      } else {
        tallies.append(Tally(cause: cause, count: 1, place: place(), text: text()))
      }
    }

    func count(of cause: CellCause) -> Int { tallies.first { $0.cause == cause }?.count ?? 0 }
    var count: Int { tallies.reduce(0) { $0 + $1.count } }
  }

  package private(set) var columns: [Column] = []
  /// Where the column of a name and role is in that list.
  private var places: [Key: Int] = [:]
  /// Rows read.
  package var rows = 0
  /// Whether `data.missing` can be set where this is said: not for a source that a finished model looks at.
  package var canDropRows = true

  var isEmpty: Bool { columns.isEmpty }

  mutating func add(
    _ cause: CellCause, column: String, role: Role, place: @autoclosure () -> String, text: @autoclosure () -> String
  ) {
    let index: Int
    let key = Key(name: column, role: role)
    if let found = places[key] {
      index = found
    } else {
      index = columns.count
      places[key] = index
      columns.append(Column(name: column, role: role))
    }
    columns[index].add(cause, place: place(), text: text())
  }

  /// All columns, settled: a comma before three digits is what the column's other commas are.
  private var settled: [Column] {
    columns.map { column in
      var column = column
      guard let unclear = column.tallies.firstIndex(where: { $0.cause == .commaOrThousands }) else { return column }
      let known = column.tallies.firstIndex { $0.cause == .decimalComma || $0.cause == .thousands }
      guard let known else { return column }
      column.tallies[unclear].count += column.tallies[known].count
      column.tallies[unclear].cause = column.tallies[known].cause
      column.tallies.remove(at: known)
      return column
    }
  }
}

extension CellProblems {
  /// What is wrong and what helps, in one line.
  var words: String {
    let columns = settled
    if columns.count == 1, columns[0].tallies.count == 1, let tally = columns[0].tallies.first, tally.count == 1 {
      return single(columns[0], tally)
    }
    let counted = rows > 1 ? " (of \(rows) rows)" : ""
    return "cells that cannot be used\(counted): \(list(columns)); \(advice(columns))"
  }

  private func single(_ column: Column, _ tally: Tally) -> String {
    let text = tally.text.excerpt(40)
    let found: String
    switch tally.cause {
    case .missing:
      found =
        tally.text.isEmpty || tally.text.allSatisfy(\.isWhitespace)
        ? "the cell is empty" : "'\(text)' stands for a missing value"
    case .infinite: found = "'\(text)' is not finite"
    case .beyondFloat: found = "\(text) is beyond the range of float32 (±3.4e38)"
    case .text: found = "'\(text)' is not a number"
    default: found = "'\(text)' is not a number but \(Self.words(tally.cause))"
    }
    return "\(tally.place), column '\(column.name.excerpt(40))': \(found); \(advice([column]))"
  }

  /// The columns with their counts, as many as fit in a line.
  private func list(_ columns: [Column]) -> String {
    var parts: [String] = [], length = 0
    for (index, column) in columns.enumerated() {
      let causes = column.tallies.map { tally in
        let shown =
          tally.text.isEmpty ? "empty" : "'\(tally.text.excerpt(24))'"
        return "\(tally.count) \(Self.plural(tally.cause)) (first in \(tally.place), \(shown))"
      }
      var part = "\(column.role == .target ? "target " : column.role == .weight ? "weight " : "")"
      part += "'\(column.name.excerpt(32))': \(causes.joined(separator: ", "))"
      // Beyond this only the counts.
      if length > 360 { part = "'\(column.name.excerpt(24))': \(column.count)" }
      guard length + part.unicodeScalars.count <= 640 else {
        let rest = columns[index...]
        parts.append("… and \(rest.reduce(0) { $0 + $1.count }) in \(rest.count) more columns")
        break
      }
      length += part.unicodeScalars.count + 2
      parts.append(part)
    }
    return parts.joined(separator: "; ")
  }

  /// What helps against each cause, once.
  private func advice(_ columns: [Column]) -> String {
    var found: [String] = []
    for column in columns {
      for tally in column.tallies {
        let advice = advice(tally.cause, column)
        if !found.contains(advice) { found.append(advice) }
      }
    }
    // A mark in a column of words may be a word.
    let word = columns.filter { $0.role == .category || $0.role == .target }.flatMap(\.tallies).first {
      $0.cause == .missing && $0.text.contains { !$0.isWhitespace }
    }
    if let word {
      found.append(
        "where '\(word.text.excerpt(24))' is a value, list the marks that are none under 'missing_values' ([] for no mark)"
      )
    }
    return found.joined(separator: "; ")
  }

  private func advice(_ cause: CellCause, _ column: Column) -> String {
    switch cause {
    case .missing:
      canDropRows
        ? #"fill in what is missing, remove the rows, or leave them out with "missing": "drop_row" in 'data'"#
        : "fill in what is missing, or remove the rows"
    case .missingMark: "add the mark for missing values to 'missing_values'"
    case .infinite: "replace it by a finite number, or remove the row"
    case .beyondFloat: "rescale the column"
    case .decimalComma: "write numbers with a decimal point"
    case .commaOrThousands: "write numbers with a decimal point and without separators between thousands"
    case .thousands: "write numbers without separators between thousands"
    case .currency, .percent, .unit, .comparison: "write the number alone"
    case .date: "write dates and times as numbers, or leave the column out of 'features'"
    case .hexadecimal: "write decimal numbers"
    case .otherDigits: "write numbers with the digits 0 to 9 and an ASCII minus"
    case .boolean, .text:
      isMostlyWords(column)
        ? (cause == .boolean
          ? "write 1 and 0, or list the column under 'categorical'"
          : "correct the cell, or list the column under 'categorical'")
        : cause == .boolean ? "write 1 and 0" : "correct the cell"
    }
  }

  /// Whether a column of features holds as many words as numbers: then it may be one of categories.
  private func isMostlyWords(_ column: Column) -> Bool {
    guard column.role == .feature else { return false }
    let words = column.count(of: .text) + column.count(of: .boolean)
    return 2 * words >= rows - column.count(of: .missing)
  }

  private static func words(_ cause: CellCause) -> String {
    switch cause {
    case .missing, .missingMark: "a mark for a missing value"
    case .infinite: "infinite"
    case .beyondFloat: "beyond float32"
    case .decimalComma: "one with a decimal comma"
    case .commaOrThousands: "one with a decimal comma or a separator of thousands"
    case .thousands: "one with separators of thousands"
    case .currency: "an amount of money"
    case .percent: "a percentage"
    case .date: "a date or time"
    case .boolean: "true or false"
    case .hexadecimal: "a hexadecimal one"
    case .unit: "one with a unit"
    case .comparison: "a comparison"
    case .otherDigits: "one in other digits or with another minus"
    case .text: "text"
    }
  }

  private static func plural(_ cause: CellCause) -> String {
    switch cause {
    case .missing: "missing"
    case .missingMark: "with a mark for a missing value"
    case .infinite: "infinite"
    case .beyondFloat: "beyond float32"
    case .decimalComma: "with a decimal comma"
    case .commaOrThousands: "with a decimal comma or separator of thousands"
    case .thousands: "with separators of thousands"
    case .currency: "with a currency"
    case .percent: "in percent"
    case .date: "with a date or time"
    case .boolean: "true or false"
    case .hexadecimal: "hexadecimal"
    case .unit: "with a unit"
    case .comparison: "with a comparison"
    case .otherDigits: "in other digits or with another minus"
    case .text: "of text"
    }
  }
}
