internal import Datasets
internal import Foundation
internal import Specs

/// The columns of a table as text: a line of figures for each, and below what a person should look at.
struct ColumnTable {
  /// Columns that are shown; of the others only how many they are is said.
  static let shown = 40

  var style: TerminalStyle
  /// Characters of a line.
  var width: Int

  /// - Parameters:
  ///   - columns: in the order of the lines.
  ///   - warnings: each a line below.
  ///   - advice: what stands above the fragment that mends them all.
  func lines(_ columns: [ColumnProfile], warnings: [ColumnWarning], advice: String) -> [String] {
    var lines = table(columns)
    if columns.count > Self.shown { lines.append("\(style.ellipsis) and \(columns.count - Self.shown) more") }
    for warning in warnings.prefix(Self.shown) {
      lines += wrapped(warning)
    }
    if warnings.count > Self.shown {
      lines.append("! \(style.ellipsis) and \(warnings.count - Self.shown) more like these")
    }
    if let fragment = ColumnWarning.fragment(of: warnings), warnings.count(where: { $0.fragment != nil }) > 1 {
      lines.append(advice)
      // To be pasted: never broken.
      lines.append("  \"columns\": \(fragment.compactText)")
    }
    return lines
  }

  // MARK: - The table

  private static let heads = [
    "column", "role", "kind", "missing", "distinct", "minimum", "median", "maximum", "zeros", "values",
  ]
  /// The columns of the table that stand at the right of their places.
  private static let isNumeric = [false, false, false, true, true, true, true, true, true, false]

  private func table(_ columns: [ColumnProfile]) -> [String] {
    var rows = [Self.heads] + columns.prefix(Self.shown).map(cells)
    if style.isPlain { rows = rows.map { $0.map { $0.replacing("…", with: "...") } } }
    func widths() -> [Int] { Self.heads.indices.map { cell in rows.map { $0[cell].count }.max() ?? 0 } }
    func excess() -> Int { widths().reduce(0, +) + 2 * (Self.heads.count - 1) - width }
    // What is too wide gives way: long names first, then the histograms.
    if excess() > 0 {
      let longest = max(12, widths()[0] - excess())
      for index in rows.indices { rows[index][0] = style.cut(rows[index][0], longest) }
    }
    if excess() > 0 {
      let kept = max(5, widths()[9] - excess())
      for index in rows.indices { rows[index][9] = narrowed(rows[index][9], kept, isHead: index == 0) }
    }
    let final = widths()
    return rows.map { row in
      let text = row.indices.map { cell in
        let space = String(repeating: " ", count: max(0, final[cell] - row[cell].count))
        return Self.isNumeric[cell] ? space + row[cell] : row[cell] + space
      }.joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// Every second bar of a histogram, where there is no room for all.
  private func narrowed(_ text: String, _ count: Int, isHead: Bool) -> String {
    guard !isHead, text.count > count else { return isHead ? String(text.prefix(max(count, 6))) : text }
    let bars = Array(text)
    return String((0..<count).map { bars[$0 * bars.count / count] })
  }

  private func cells(_ column: ColumnProfile) -> [String] {
    let share = column.numbers.map { numbers in
      column.present == 0 ? "" : Self.percent(numbers.zeros, of: column.present)
    }
    return [
      column.name.excerpt(200), column.role.rawValue, column.kind.rawValue,
      column.missing == 0 ? "0" : "\(column.missing)",
      "\(column.distinct)" + (column.distinctIsMore ? "+" : ""),
      column.numbers.map { Self.short($0.minimum) } ?? "", column.numbers.map { Self.short($0.median) } ?? "",
      column.numbers.map { Self.short($0.maximum) } ?? "", share ?? "", style.bars(column.bins),
    ]
  }

  /// A share as a whole percentage; none that is not 0 is shown as 0%, nor one that is not whole as 100%.
  static func percent(_ count: Int, of total: Int) -> String {
    if count == 0 { return "0%" }
    if count == total { return "100%" }
    let share = Int((100 * Double(count) / Double(total)).rounded())
    return share == 0 ? "<1%" : share == 100 ? ">99%" : "\(share)%"
  }

  /// A number in at most nine characters or so.
  static func short(_ number: Double) -> String {
    if number.rounded() == number, abs(number) < 1e7 { return String(Int(number)) }
    return String(format: "%.4g", number)
  }

  /// A warning, with the fragment at its end or, where that has no room, on a line of its own: it is to be pasted.
  private func wrapped(_ warning: ColumnWarning) -> [String] {
    guard let fragment = warning.fragment?.compactText else { return wrap("! " + warning.words) }
    var lines = wrap("! " + warning.words + ":")
    if let last = lines.last, last.count + 1 + fragment.count <= width {
      lines[lines.count - 1] = last + " " + fragment
    } else {
      lines.append("  " + fragment)
    }
    return lines
  }

  /// A long line as several, the later ones set in.
  private func wrap(_ text: String) -> [String] {
    var lines: [String] = [], line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = "  " + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return lines + [line]
  }
}
