extension ConfigValue {
  /// JSON on one line.
  package var compactText: String {
    var text = ""
    write(to: &text, indentation: nil, depth: 0)
    return text
  }

  /// JSON over several lines, two spaces deep, ending with a line break.
  package var prettyText: String {
    var text = ""
    write(to: &text, indentation: 2, depth: 0)
    return text + "\n"
  }

  /// The same value with the keys of every object in order, as ``parse(_:file:)`` reads it back.
  package var sortingKeys: ConfigValue {
    switch self {
    case .array(let values): .array(values.map(\.sortingKeys))
    case .object(let members):
      .object(members.map { Member($0.key, $0.value.sortingKeys) }.sorted { $0.key < $1.key })
    default: self
    }
  }

  private func write(to text: inout String, indentation: Int?, depth: Int) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? Self.shortest(value) : "null"
    case .string(let value): Self.writeQuoted(value, to: &text)
    case .array(let values):
      let breaks = indentation != nil && values.contains { if case .object = $0 { true } else { false } }
      Self.writeList(values, "[", "]", to: &text, indentation: breaks ? indentation : nil, depth: depth) {
        value, text in
        value.write(to: &text, indentation: indentation, depth: depth + (breaks ? 1 : 0))
      }
    case .object(let members):
      Self.writeList(members, "{", "}", to: &text, indentation: indentation, depth: depth) { member, text in
        Self.writeQuoted(member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indentation: indentation, depth: depth + 1)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String, indentation: Int?, depth: Int,
    _ writeElement: (Element, inout String) -> Void
  ) {
    text += open
    for (index, element) in elements.enumerated() {
      if index > 0 { text += indentation == nil ? ", " : "," }
      if let indentation { text += "\n" + String(repeating: " ", count: indentation * (depth + 1)) }
      writeElement(element, &text)
    }
    if let indentation, !elements.isEmpty { text += "\n" + String(repeating: " ", count: indentation * depth) }
    text += close
  }

  /// The shortest decimal that reads back as the same double; whole numbers without a point.
  private static func shortest(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
    return value.description
  }

  private static func writeQuoted(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      // Also what a terminal obeys, and what ends a line in some programs: a sentence may quote it.
      case "\0"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
