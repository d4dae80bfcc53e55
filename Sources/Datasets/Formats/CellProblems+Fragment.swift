internal import Specs

extension CellProblems {
  /// The key `columns` with a rule for each column that a rule can mend, as many as fit in a line; nil where there is
  /// none.
  func fragment(_ columns: [Column]) -> String? {
    guard canSetColumns else { return nil }
    var rules: [String] = [], length = 0, more = 0
    for column in columns {
      guard let rule = rule(column) else { continue }
      let text = "\(ConfigValue.string(column.name).compactText): \(rule)"
      guard length + text.unicodeScalars.count <= 400 else {
        more += 1
        continue
      }
      length += text.unicodeScalars.count + 2
      rules.append(text)
    }
    guard !rules.isEmpty else { return nil }
    return "\"columns\": {\(rules.joined(separator: ", "))}" + (more == 0 ? "" : " and the like for \(more) more")
  }

  /// The rule that mends a column.
  private func rule(_ column: Column) -> String? {
    switch column.kind {
    case .identifier, .text: return ConfigValue.object(ColumnWarning.drop).compactText
    case .otherDates(_, _, let rule): return rule
    case .otherNumbers(_, _, let rule): return rule
    case .manyCategories: return ConfigValue.object(ColumnWarning.pooled).compactText
    case nil: break
    }
    if isEmpty(column) { return ConfigValue.object(ColumnWarning.drop).compactText }
    guard column.role == .feature || column.role == .target else { return nil }
    let texts = column.tallies.filter { $0.cause.isNumberInOtherStyle }.map(\.text)
    let others = column.tallies.filter { !$0.cause.isNumberInOtherStyle && $0.cause != .missing }
    if others.isEmpty {
      return NumberStyle.guess(texts).map { ConfigValue.object($0.members).compactText }
    }
    guard column.role == .feature, texts.isEmpty else { return nil }
    if others.allSatisfy({ $0.cause == .date }) {
      let isWhole = others.reduce(0) { $0 + $1.count } == rows - column.count(of: .missing)
      return isWhole ? DateFormat.rule(others.map(\.text)) : nil
    }
    return others.allSatisfy { $0.cause == .text || $0.cause == .boolean } ? #"{"kind": "categorical"}"# : nil
  }
}

extension NumberStyle {
  /// The style in which all of some cells are numbers; nil where that is not clear.
  ///
  /// A comma before three digits may be a decimal sign or a separator of thousands: another cell has to show it. What
  /// is beside the numbers is one unit: of several there is no style, for `5 kg` and `3 g` are not 5 and 3 of the same.
  ///
  /// - Parameter takesGroups: whether a comma that nothing shows separates thousands.
  static func guess(_ cells: [String], takesGroups: Bool = false) -> NumberStyle? {
    guard !cells.isEmpty else { return nil }
    var style = NumberStyle(), isClear = false, hasGroups = false, units = Units()
    for cell in cells {
      let (signs, number) = split(cell)
      guard units.add(signs) else { return nil }
      let commas = number.count { $0 == "," }, points = number.count { $0 == "." }
      let other = number.unicodeScalars.first { !("0"..."9").contains($0) && !"+-.,eE".unicodeScalars.contains($0) }
      if let other {
        guard other.properties.isWhitespace || "'’_٬".unicodeScalars.contains(other) else { return nil }
        style.thousands = other.properties.isWhitespace ? " " : other == "’" ? "'" : String(Character(other))
        if commas == 1 { style.decimal = "," }
        isClear = true
      } else if commas > 0, points > 0 {
        let isDecimal = number.lastIndex(of: ",") ?? number.startIndex > number.lastIndex(of: ".") ?? number.startIndex
        (style.decimal, style.thousands) = isDecimal ? (",", ".") : (".", ",")
        isClear = true
      } else if commas > 1 {
        style.thousands = ","
        isClear = true
      } else if points > 1 {
        (style.decimal, style.thousands) = (",", ".")
        isClear = true
      } else if commas == 1, CellCause(of: number) == .decimalComma {
        style.decimal = ","
        isClear = true
      } else if commas == 0 {
        isClear = isClear || !signs.before.isEmpty || !signs.behind.isEmpty
      } else {
        hasGroups = true
      }
    }
    if takesGroups, hasGroups, style.decimal == ".", style.thousands == nil {
      style.thousands = ","
      isClear = true
    }
    guard let signs = units.signs(cells: cells.count) else { return nil }
    style.strip = signs
    guard isClear, style != .plain, style.decimal != style.thousands, cells.allSatisfy({ style.number($0) != nil })
    else { return nil }
    return style
  }

  /// What is beside the numbers of some cells.
  private struct Units {
    private var before: String?
    private var behind: String?
    /// Cells with each, and with both.
    private var (countBefore, countBehind, countBoth) = (0, 0, 0)

    /// Takes the signs of a cell; false where they cannot be taken away, or others stand there in another cell.
    mutating func add(_ signs: (before: String, behind: String)) -> Bool {
      if !signs.before.isEmpty {
        guard NumberStyle.isSign(signs.before), before ?? signs.before == signs.before else { return false }
        before = signs.before
        countBefore += 1
      }
      if !signs.behind.isEmpty {
        guard NumberStyle.isSign(signs.behind), behind ?? signs.behind == signs.behind else { return false }
        behind = signs.behind
        countBehind += 1
      }
      if !signs.before.isEmpty, !signs.behind.isEmpty { countBoth += 1 }
      return true
    }

    /// What is to be taken away; nil where cells differ in their units.
    func signs(cells: Int) -> [String]? {
      guard let before, let behind, before != behind else {
        let one = [before ?? behind].compactMap { $0 }
        return one.allSatisfy { isShared($0, countBefore + countBehind - countBoth, cells) } ? one : nil
      }
      // $5 and 5 € are two currencies.
      guard countBefore == countBoth || countBehind == countBoth else { return nil }
      return isShared(before, countBefore, cells) && isShared(behind, countBehind, cells) ? [before, behind] : nil
    }

    /// Whether a sign says the same where it is left out: words do not, for 3k is not 3.
    private func isShared(_ sign: String, _ count: Int, _ cells: Int) -> Bool {
      count == cells || !sign.unicodeScalars.contains { $0.properties.isAlphabetic || $0 == "‰" }
    }
  }

  /// The signs around a number, and what is between them.
  private static func split(_ cell: String) -> (signs: (before: String, behind: String), number: String) {
    func isOfNumber(_ scalar: Unicode.Scalar) -> Bool {
      ("0"..."9").contains(scalar) || "+-.,".unicodeScalars.contains(scalar)
    }
    let scalars = cell.unicodeScalars.map { $0 == minus ? "-" : $0 }
    guard let first = scalars.firstIndex(where: isOfNumber), let last = scalars.lastIndex(where: isOfNumber) else {
      return (("", ""), cell)
    }
    func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)).trimmed }
    let before = text(scalars[..<first]), behind = text(scalars[(last + 1)...])
    // A sign may stand behind the minus.
    let middle = Array(scalars[first...last])
    if before.isEmpty, let sign = middle.first, sign == "-" || sign == "+",
      let digit = middle.dropFirst().firstIndex(where: isOfNumber), digit > 1
    {
      return ((text(middle[1..<digit]), behind), text([sign] + middle[digit...]))
    }
    return ((before, behind), text(middle[...]))
  }
}

extension DateFormat {
  /// The rule for a column in which these cells are dates; nil where several forms would do, or none.
  static func rule(_ cells: [String]) -> String? {
    if cells.allSatisfy({ DateText($0) != nil }) { return #"{"kind": "date"}"# }
    let days = [
      "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%Y.%m.%d",
    ]
    let times = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"]
    let named = ["%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y"]
    let fitting = (days + named).flatMap { day in times.map { day + $0 } }.filter { pattern in
      guard let format = try? DateFormat(pattern, path: "") else { return false }
      return cells.allSatisfy { cell in
        var cell = cell
        return cell.withUTF8 { format.date($0) } != nil
      }
    }
    // May is a whole name and a short one.
    guard let first = fitting.first,
      fitting.count == 1 || fitting.allSatisfy({ $0.contains("%b") || $0.contains("%B") })
    else { return nil }
    return "{\"kind\": \"date\", \"format\": \"\(first)\"}"
  }
}

extension KindProblem {
  /// What is wrong, to stand behind the column's name.
  var words: String {
    switch self {
    case .identifier(let distinct, let isMore, let cells):
      "holds \(isMore ? "more than \(distinct - 1)" : "\(distinct)") different words in \(cells) cells, hardly two alike, as a name or id does"
    case .manyCategories(let distinct, let isMore, let cells):
      "holds \(isMore ? "more than \(distinct - 1)" : "\(distinct)") different words in \(cells) cells, too many for a feature each"
    case .otherDates(let first, let place, _):
      "holds dates or times that are not written in ISO 8601 (first in \(place), '\(first.excerpt(40))')"
    case .otherNumbers(let first, let place, _):
      "holds numbers with something beside them (first in \(place), '\(first.excerpt(40))')"
    case .text(let isStated):
      isStated
        ? "is text by data.columns, and text is no feature in this version"
        : "holds text of several words, which is no feature in this version"
    }
  }

  /// Whether its words could be categories.
  var isOfWords: Bool {
    switch self {
    case .identifier, .text: true
    case .manyCategories, .otherDates, .otherNumbers: false
    }
  }

  /// What helps where no rule of a column can be given.
  var advice: String? {
    if case .otherDates(_, _, nil) = self {
      "give the column a \"format\" like \"%d.%m.%Y\" in data.columns, or leave it out"
    } else {
      nil
    }
  }
}
