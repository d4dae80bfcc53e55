internal import Specs

/// Which rows of the training source become a part.
package enum RowChoice: Sendable, Equatable {
  /// A fraction of the rows at random; where there are classes, the same of each.
  case fraction(Double)
  /// About a fraction of the rows, in whole groups: rows with one value of a column stand in one part.
  case groups(Double, of: KeyName)
  /// About a fraction of the rows: those with the last values of a column. Equal values stand in one part.
  case latest(Double, by: KeyName)
  /// The rows in which a column has one of these values.
  case values([SplitValue], of: KeyName)

  /// The fraction that is asked for.
  package var fraction: Double? {
    switch self {
    case .fraction(let fraction), .groups(let fraction, _), .latest(let fraction, _): fraction
    case .values: nil
    }
  }

  /// The column that decides it, and the key that names it.
  package var column: (key: String, name: KeyName)? {
    switch self {
    case .fraction: nil
    case .groups(_, let column): ("group", column)
    case .latest(_, let column): ("time", column)
    case .values(_, let column): ("column", column)
    }
  }

  /// It in words, like `0.2 of the rows at random`.
  ///
  /// - Parameter hasClasses: whether the targets are classes.
  package func words(hasClasses: Bool) -> String {
    let share = fraction.map { ConfigValue.number($0).compactText } ?? ""
    switch self {
    case .fraction: return "\(share) of the rows at random" + (hasClasses ? ", and of each class" : "")
    case .groups(_, let column): return "about \(share) of the rows, in whole groups by \(column.words)"
    case .latest(_, let column): return "about \(share) of the rows, the last by \(column.words)"
    case .values(let values, let column): return "the rows whose \(column.words) is \(SplitValue.words(values))"
    }
  }
}

/// A value of a column, as a config gives it.
package enum SplitValue: Sendable, Hashable {
  case text(String)
  case number(Double)

  package var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): ConfigValue.number(number).compactText
    }
  }

  /// Whether a cell has it.
  ///
  /// Numbers are equal however they are written; texts are equal character by character, and so are codes like 007.
  func matches(_ cell: String) -> Bool {
    switch self {
    case .text(let text):
      guard text != cell.trimmed else { return true }
      guard let number = LabelKind.number(text), number == LabelKind.number(cell.trimmed) else { return false }
      return LabelKind(of: [text, cell.trimmed]) == .numbers
    case .number(let number): return LabelKind.number(cell.trimmed) == number
    }
  }

  /// Some values in words: `'a'`, `'a' or 'b'`.
  static func words(_ values: [SplitValue]) -> String {
    let shown = values.prefix(8).map { "'\($0.text.excerpt(40))'" }
    return values.count > 8
      ? shown.joined(separator: ", ") + ", … (\(values.count) values)"
      : [shown.dropLast().joined(separator: ", "), shown.last ?? ""].filter { !$0.isEmpty }.joined(separator: " or ")
  }
}
