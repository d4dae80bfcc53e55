internal import Specs

/// The cells of a source that cannot be used, column by column.
package struct CellProblems: Sendable, Equatable {
  /// What a column is for.
  package enum Role: Sendable, Hashable {
    case feature, category, target, weight
    /// A group or an id.
    case key
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
    /// Why the column as a whole cannot be a feature.
    package var kind: KindProblem?

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
  /// Whether `data.columns` can say how this source is read: only of the training source.
  package var canSetColumns = false

  var isEmpty: Bool { columns.isEmpty }

  /// The problems with their places in other words.
  func settled(_ place: (String) -> String) -> CellProblems {
    var settled = self
    for column in settled.columns.indices {
      settled.columns[column].kind = settled.columns[column].kind?.settled(place)
      for tally in settled.columns[column].tallies.indices {
        settled.columns[column].tallies[tally].place = place(settled.columns[column].tallies[tally].place)
      }
    }
    return settled
  }

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

  /// Takes down a column that cannot be a feature.
  mutating func add(_ problem: KindProblem, column: String) {
    places[Key(name: column, role: .feature)] = columns.count
    columns.append(Column(name: column, role: .feature))
    columns[columns.count - 1].kind = problem
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
    if columns.count == 1 {
      if columns[0].tallies.count == 1, let tally = columns[0].tallies.first, tally.count == 1 {
        return single(columns[0], tally)
      }
      if let kind = columns[0].kind {
        return "column '\(columns[0].name.excerpt(40))' \(kind.words); \(advice(columns))"
      }
    }
    let counted = rows > 1 ? " (of \(rows) rows)" : ""
    if columns.allSatisfy({ $0.kind != nil }) {
      return "columns that cannot be features\(counted): \(list(columns)); \(advice(columns))"
    }
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
    case .notBoolean, .notDate, .notInOrder, .otherStyle: found = "'\(text)' is \(Self.words(tally.cause))"
    default: found = "'\(text)' is not a number but \(Self.words(tally.cause))"
    }
    return "\(tally.place), column '\(column.name.excerpt(40))': \(found); \(advice([column]))"
  }

  /// The columns with their counts, as many as fit in a line.
  private func list(_ columns: [Column]) -> String {
    var parts: [String] = [], length = 0
    for (index, column) in columns.enumerated() {
      let causes =
        (column.kind.map { [$0.words] } ?? [])
        + column.tallies.map { tally in
          let shown =
            tally.text.isEmpty ? "empty" : "'\(tally.text.excerpt(24))'"
          return "\(tally.count) \(Self.plural(tally.cause)) (first in \(tally.place), \(shown))"
        }
      let isKind = column.kind != nil
      var part = "\(column.role == .target ? "target " : column.role == .weight ? "weight " : "")"
      part += "'\(column.name.excerpt(32))'\(isKind ? "" : ":") \(causes.joined(separator: ", "))"
      // Beyond this only the counts.
      if length > 360 { part = "'\(column.name.excerpt(24))'" + (isKind ? "" : ": \(column.count)") }
      guard length + part.unicodeScalars.count <= 640 else {
        let rest = columns[index...]
        let count = rest.reduce(0) { $0 + $1.count }
        parts.append("… and \(count == 0 ? "" : "\(count) in ")\(rest.count) more columns")
        break
      }
      length += part.unicodeScalars.count + 2
      parts.append(part)
    }
    return parts.joined(separator: "; ")
  }

  /// What helps against each cause, once; then the rules of columns that mend what such rules can mend.
  private func advice(_ columns: [Column]) -> String {
    var found: [String] = []
    for column in columns {
      if let advice = column.kind?.advice, !found.contains(advice) { found.append(advice) }
      for tally in column.tallies {
        let advice = advice(tally.cause, column)
        if !found.contains(advice) { found.append(advice) }
      }
    }
    if let fragment = fragment(columns) {
      let areWords = columns.contains { $0.kind?.isOfWords == true }
      found.append(
        "\(found.isEmpty ? "" : "or ")put \(fragment) in 'data'"
          + (areWords ? " (\"kind\": \"categorical\" instead makes a feature of each word)" : ""))
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
    case .missing where isEmpty(column): "leave the column out: all its cells are missing"
    case .missing where canDropRows && (column.role == .feature || column.role == .category):
      #"set "missing": "median" in 'data', which also makes missing words a category of their own, leave the rows out with "#
        + #""missing": "drop_row", or fill in what is missing"#
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
    case .boolean: column.role == .feature && canSetColumns ? "correct the cell" : "write 1 and 0"
    case .text:
      column.role == .feature && canSetColumns
        ? "correct the cell, or add it to 'missing_values' where it stands for a missing number" : "correct the cell"
    case .notBoolean: "write true or false, yes or no, on or off, 1 or 0"
    case .notDate where !canSetColumns, .notInOrder where !canSetColumns, .otherStyle where !canSetColumns:
      "write the cell as the training source has them"
    case .notDate:
      "correct the cell, or say how dates are written with a \"format\" like \"%d.%m.%Y\" for the column in data.columns"
    case .notInOrder: "correct the cell, or complete the column's 'order' in data.columns"
    case .otherStyle: "correct the cell, or what data.columns says of the column's numbers"
    }
  }

  /// Whether a feature of the training source has no cell with a value, so that nothing can stand for them.
  func isEmpty(_ column: Column) -> Bool {
    canSetColumns && (column.role == .feature || column.role == .category) && rows > 1
      && column.count(of: .missing) == rows
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
    case .notBoolean: "neither true nor false"
    case .notDate: "no date of the calendar in the form that is expected (ISO 8601 where none is stated)"
    case .notInOrder: "no category of the column's order"
    case .otherStyle: "no number as data.columns says that numbers are written"
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
    case .notBoolean: "neither true nor false"
    case .notDate: "that are no dates"
    case .notInOrder: "that are no category of the order"
    case .otherStyle: "that are no numbers as they are said to be written"
    }
  }
}
