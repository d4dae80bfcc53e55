package import Specs

/// Something about a column that a person should look at, with the way to mend it.
package struct ColumnWarning: Sendable, Equatable {
  package var column: String
  /// What it is, like `column 'id' has as many values as rows, as an id has`.
  package var words: String
  /// What goes into `data.columns`; nil: nothing there mends it.
  package var fragment: ConfigValue?

  package init(column: String, words: String, fragment: ConfigValue?) {
    (self.column, self.words, self.fragment) = (column, words, fragment)
  }

  /// Share of one value from which on a column is dominated by it.
  static let dominated = 0.99

  /// All warnings of a column.
  ///
  /// - Parameter leak: how it gives a target away.
  static func all(of column: ColumnProfile, leak: (TargetLeak, target: String)?) -> [ColumnWarning] {
    let name = column.name, quoted = "column '\(name.excerpt(40))'"
    let drop = ConfigValue.object([.init(name, .object([.init("role", .string("drop"))]))])
    func warning(_ words: String, _ fragment: ConfigValue? = drop) -> [ColumnWarning] {
      [ColumnWarning(column: name, words: "\(quoted) \(words)", fragment: fragment)]
    }
    switch column.role {
    case .target:
      return column.distinct == 1
        ? [
          ColumnWarning(
            column: name,
            words:
              "target '\(name.excerpt(40))' has one value in all rows (\(column.mostFrequent?.excerpt(20) ?? "")): "
              + "there is nothing to learn", fragment: nil)
        ] : []
    case .weight, .group, .id: return []
    case .feature: break
    }
    if column.present == 0 { return warning("has no value in any row") }
    if let leak { return warning(leak.0.words(target: leak.target)) }
    if column.distinct == 1 {
      guard column.missing == 0 else {
        return warning(
          "has one value (\(column.mostFrequent?.excerpt(20) ?? "")) where it has any: only whether it is there says something"
        )
      }
      return warning("has one value in all rows (\(column.mostFrequent?.excerpt(20) ?? "")): it says nothing")
    }
    if Double(column.mostFrequentCount) >= dominated * Double(column.present),
      column.present >= ColumnProfile.fewestRows
    {
      let others = column.present - column.mostFrequentCount
      return warning(
        "has one value (\(column.mostFrequent?.excerpt(20) ?? "")) in all but \(others) of \(column.present) rows: "
          + "drop it unless the rare ones matter")
    }
    if column.kind == .categorical, Double(column.numberLike) >= InferredKind.nearly * Double(column.present),
      column.present >= ColumnProfile.fewestRows, column.numberLike < column.present
    {
      let words = column.otherWords.prefix(3).map { "'\($0.excerpt(20))'" }.joined(separator: ", ")
      return warning(
        "holds numbers in \(column.numberLike) of \(column.present) rows, and words (\(words)) in the others: if these stand for "
          + "missing values, name them in 'missing_values' of the data source",
        .object([
          .init(name, .object([.init("kind", .string("numeric")), .init("missing", .string("median"))]))
        ]))
    }
    if column.distinct == column.rows, column.rows >= ColumnProfile.fewestRows, column.numbers?.areWhole ?? true {
      return warning("has as many values as rows, as an id has: a network learns the rows by heart with it")
    }
    return []
  }
}
