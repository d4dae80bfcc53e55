package import Specs

/// JSON with `//` comments, written key by key: short values on one line, objects of sections over several.
package struct ConfigText: Sendable {
  /// A line without its comma, and what is said behind it.
  private struct Line: Sendable {
    var text: String
    var comment: String?
    /// Whether a comma follows where another key does.
    var isValue: Bool
    var depth: Int
  }

  private var lines: [Line] = []
  private var depth = 0

  package init() {}

  /// A line as it is.
  package mutating func line(_ text: String) { lines.append(Line(text: text.oneLine, isValue: false, depth: depth)) }

  package mutating func comment(_ text: String) { line("// " + text) }

  /// Begins an object; the outermost has no key.
  package mutating func open(_ key: String) {
    lines.append(Line(text: (depth == 0 ? "" : quoted(key) + ": ") + "{", isValue: false, depth: depth))
    depth += 1
  }

  /// Ends the innermost object.
  package mutating func close() {
    depth -= 1
    lines.append(Line(text: "}", isValue: true, depth: depth))
  }

  package mutating func key(_ key: String, _ value: ConfigValue, comment: String? = nil) {
    lines.append(
      Line(
        text: quoted(key) + ": " + value.compactText, comment: comment.flatMap { $0.isEmpty ? nil : $0.oneLine },
        isValue: true, depth: depth))
  }

  /// A list with one entry to a line.
  package mutating func list(_ key: String, _ entries: [ConfigValue]) {
    lines.append(Line(text: quoted(key) + ": [", isValue: false, depth: depth))
    for entry in entries { lines.append(Line(text: entry.compactText, isValue: true, depth: depth + 1)) }
    lines.append(Line(text: "]", isValue: true, depth: depth))
  }

  private func quoted(_ text: String) -> String { ConfigValue.string(text).compactText }

  /// The whole text, ending with a line break.
  package var text: String {
    var text = ""
    for (index, line) in lines.enumerated() {
      // A comma, unless the next line that is no comment ends the object.
      let next = lines[(index + 1)...].first { !$0.text.hasPrefix("//") }
      let hasComma = line.isValue && next.map { !["}", "]"].contains($0.text) } == true
      text += String(repeating: "  ", count: line.depth) + line.text + (hasComma ? "," : "")
      if let comment = line.comment { text += "  // " + comment }
      text += "\n"
    }
    return text
  }
}
