package import Datasets
package import Specs

/// What a starting config says of a table's columns.
package struct StartingColumns: Sendable {
  /// One entry of `data.columns`.
  package struct Entry: Sendable, Equatable {
    package var name: String
    package var rule: [ConfigValue.Member]
    /// Why, as a comment.
    package var comment: String
  }

  /// The target, of which there is an entry too where something has to be said.
  private let target: String
  package private(set) var entries: [Entry] = []
  /// Columns of which nothing has to be said.
  package private(set) var plain = 0
  /// Texts that stand for missing values beside the usual ones.
  package private(set) var marks: Set<String> = []
  /// Those of the usual ones that the table holds, because a list of a table's own replaces all of them.
  package private(set) var usualMarks: Set<String> = []
  /// Whether a word is a value of a column that is not nearly all numbers.
  private var isValue: @Sendable (String) -> Bool = { _ in false }
  /// Numbers that features become, roughly.
  package private(set) var width = 0

  // MARK: - What is decided here

  /// Different words from which on the rare ones are pooled.
  static let pooledFrom = 12
  /// Different cells among numbers that may be marks for missing values at most.
  static let mostMarks = 8

  package init(_ table: TableSurvey, target: String) {
    self.target = target
    // Marks hold for the whole table: no word is one that is a value of another column.
    let others = table.columns.filter { InferredKind($0) != .nearlyNumeric }
    isValue = { word in others.contains { $0.distinct[word] != nil } }
    for column in table.columns {
      usualMarks.formUnion(column.marksFound)
      let entry = column.name == target ? targetEntry(column) : featureEntry(column, rows: table.rows)
      if let entry { entries.append(entry) } else if column.name != target { plain += 1 }
    }
    isValue = { _ in false }
  }

  /// Features of which at least something is read.
  package var features: Int { entries.count { $0.name != target && !Self.isDropped($0) } + plain }

  /// Columns that are left out.
  package var dropped: [Entry] { entries.filter(Self.isDropped) }

  private static func isDropped(_ entry: Entry) -> Bool {
    entry.rule.contains { $0.key == "role" && $0.value == .string("drop") }
  }

  // MARK: - The target

  private mutating func targetEntry(_ column: ColumnSurvey) -> Entry? {
    var rule: [ConfigValue.Member] = [], reasons: [String] = []
    if case .otherStyle = InferredKind(column), let style = StyleAdvice.rule(column) {
      rule += style
      reasons.append("how its numbers are written\(Self.guessWords(column))")
    }
    var missing = column.missing
    if InferredKind(column) == .nearlyNumeric, !column.strangers.contains(where: isValue) {
      marks.formUnion(column.strangers)
      missing += column.present - column.numbers
    }
    if missing > 0 {
      rule.append(.init("missing", .string("drop_row")))
      reasons.append("\(missing.counted("row")) without a target \(missing.isOrAre) left out")
    }
    return rule.isEmpty
      ? nil : Entry(name: column.name, rule: rule, comment: "the target: \(reasons.joined(separator: "; "))")
  }

  // MARK: - Features

  private mutating func featureEntry(_ column: ColumnSurvey, rows: Int) -> Entry? {
    func drop(_ why: String) -> Entry {
      Entry(name: column.name, rule: [.init("role", .string("drop"))], comment: why)
    }
    let distinct = column.distinctCount, holes = column.missing
    if holes == 0, distinct == 1 { return drop("one value in all rows") }
    switch InferredKind(column) {
    case .empty: return drop("no value in any row")
    case .text: return drop("prose")
    case .identifier:
      return presenceEntry(column) ?? drop("a word of its own in nearly every row, like a name")
    case .numeric: return numberEntry(column, rows: rows, drop)
    case .nearlyNumeric:
      guard !column.distinctIsMore, column.strangers.count <= Self.mostMarks else {
        return drop("numbers, but for \(column.present - column.numbers) cells of many kinds; mend the file to use it")
      }
      if let word = column.strangers.first(where: isValue) {
        return drop(
          "numbers, but for cells like '\(word.excerpt(20))', a value of other columns; mend the file to use it")
      }
      marks.formUnion(column.strangers)
      width += 2
      return Entry(
        name: column.name, rule: Self.filled,
        comment: "numbers; \(list(column.strangers)) taken for missing, see missing_values")
    case .otherStyle(let cause):
      let example = column.firstOfStyle[cause]?.text.excerpt(20) ?? ""
      guard let style = StyleAdvice.rule(column) else {
        return drop("numbers like \(example), not all written in one way; mend the file to use it")
      }
      width += 1
      return Entry(
        name: column.name, rule: style + (holes > 0 ? Self.filled : []),
        comment: "numbers like \(example)" + Self.guessWords(column) + missingWords(column))
    case .boolean:
      width += 1
      return Entry(
        name: column.name, rule: [.init("kind", .string("boolean"))] + (holes > 0 ? Self.filled : []),
        comment: "yes or no" + missingWords(column))
    case .date:
      width += 9
      return Entry(
        name: column.name, rule: [.init("kind", .string("date"))] + (holes > 0 ? Self.filled : []),
        comment: (column.timedDates > 0 ? "dates and times" : "dates") + ": year, season, weekday and others as numbers"
          + missingWords(column))
    case .categorical:
      return categoryEntry(column, pooled: distinct > Self.pooledFrom ? Self.pool(rows: rows, 200) : nil)
    case .manyCategories:
      let least = Self.pool(rows: rows, 100), kept = column.distinct.values.count { $0 >= least }
      guard !column.distinctIsMore, kept > 0 else {
        return presenceEntry(column) ?? drop("\(distinct) different words, none of them frequent")
      }
      return categoryEntry(column, pooled: least)
    }
  }

  private mutating func numberEntry(
    _ column: ColumnSurvey, rows: Int, _ drop: (String) -> Entry
  ) -> Entry? {
    if column.beyondFloat > 0 { return drop("numbers beyond 3.4e38, where float32 ends") }
    if isRowNumber(column, rows: rows) { return drop("a number of its own in every row, like an id") }
    if column.leadingZeros > 0, column.wholeNumbers == column.numbers, !column.distinctIsMore {
      guard column.distinctCount * 2 <= column.present else { return drop("codes like 007, nearly all different") }
      return categoryEntry(column, pooled: column.distinctCount > Self.pooledFrom ? Self.pool(rows: rows, 200) : nil)
    }
    width += column.missing > 0 ? 2 : 1
    var rule: [ConfigValue.Member] = [], comment: [String] = []
    if column.missing > 0 {
      rule += Self.filled
      comment.append("\(column.missing) of \(rows) missing")
    }
    if NumberShape(column.sample.values).isSkewed {
      rule.append(.init("transform", .string("log1p")))
      comment.append("far from even: its logarithms")
    }
    return rule.isEmpty ? nil : Entry(name: column.name, rule: rule, comment: comment.joined(separator: "; "))
  }

  /// Whether whole numbers tell the rows apart and nothing else: they count them, or are as many and are called an id.
  private func isRowNumber(_ column: ColumnSurvey, rows: Int) -> Bool {
    guard rows >= ColumnProfile.fewestRows, column.missing == 0, column.wholeNumbers == rows else { return false }
    let isUnique = column.isAscending || !column.distinctIsMore && column.distinctNumbers.count == rows
    guard isUnique else { return false }
    if column.maximum - column.minimum == Double(rows - 1) { return true }
    let name = column.name.lowercased()
    return ["", "id", "index", "row", "rownames", "rowid", "key", "uuid"].contains(name) || name.hasPrefix("unnamed")
      || name.hasSuffix("id") || name.hasPrefix("id_") || name.hasPrefix("id ")
  }

  private mutating func categoryEntry(_ column: ColumnSurvey, pooled least: Int?) -> Entry {
    let kept = least.map { least in column.distinct.values.count { $0 >= least } } ?? column.distinctCount
    let pools = kept < column.distinctCount
    width += kept + (pools ? 1 : 0) + (column.missing > 0 ? 1 : 0)
    var rule: [ConfigValue.Member] = [.init("kind", .string("categorical"))]
    if column.missing > 0 { rule.append(.init("missing", .string("category"))) }
    if let least, pools { rule.append(.init("rare_below", .integer(least))) }
    // Where none is rare nothing is learnt of others.
    rule.append(.init("unknown", .string(pools ? "other" : "zeros")))
    let words = column.numbers == column.present ? "codes" : "words"
    return Entry(
      name: column.name, rule: rule,
      comment: "\(column.distinctCount) different \(words)"
        + (pools ? ", \(column.distinctCount - kept) rare ones taken together" : "") + missingWords(column))
  }

  /// Two categories, there and missing, of a column whose words are too many; nil where hardly any or nearly all are
  /// there.
  private mutating func presenceEntry(_ column: ColumnSurvey) -> Entry? {
    guard !column.distinctIsMore, column.missing * 20 >= column.rows, column.present * 20 >= column.rows else {
      return nil
    }
    width += 2
    return Entry(
      name: column.name,
      rule: [
        .init("kind", .string("categorical")), .init("missing", .string("category")),
        // All words together are "other".
        .init("rare_below", .integer(max(2, column.mostFrequent + 1))), .init("unknown", .string("other")),
      ],
      comment: "whether it is there: \(column.distinctCount) different words are too many" + missingWords(column))
  }

  private static let filled: [ConfigValue.Member] = [
    .init("missing", .string("median")), .init("indicator", .boolean(true)),
  ]

  /// Rows below which a category is rare: one in so many, from 5 to 100.
  private static func pool(rows: Int, _ share: Int) -> Int { min(100, max(5, rows / share)) }

  private static func guessWords(_ column: ColumnSurvey) -> String {
    StyleAdvice.isGuess(column) ? ", commas taken for thousands (else \"decimal\": \",\")" : ""
  }

  private func missingWords(_ column: ColumnSurvey) -> String {
    column.missing > 0 ? "; \(column.missing) of \(column.rows) missing" : ""
  }

  private func list(_ words: [String]) -> String { words.map { "'\($0.excerpt(20))'" }.joined(separator: ", ") }
}
