/// All keys of a config, and all kinds with theirs, as an article in Markdown: a table for each object and kind.
///
/// What stands at several places is described at the first of them, and the others link there.
package struct SchemaReference {
  /// A heading with what stands under it: an object, or the kinds that may stand at a place.
  private struct Section {
    var path: String
    var property: Schema.Property?
    var schema: Schema
  }

  private var sections: [Section] = []
  /// The place that describes a schema with keys, by the schema's text.
  private var places: [String: String] = [:]
  /// The place of a kind, by its schema's text.
  private var kindPlaces: [String: String] = [:]

  package init(root properties: [Schema.Property]) {
    add(Section(path: "", property: nil, schema: .object(properties)))
  }

  /// The article; lines with their ends.
  package var markdown: String {
    let head = [
      "# Keys",
      "",
      "Every key of `config.json`, and every kind with its keys: what may stand there, what stands there where the key is",
      "left out, and what it means. `ptrain help KEY` prints one of them: `ptrain help data.train`, `ptrain help loss.huber`.",
      "",
      "This article is written by the program: `scripts/keys` renews it, and a test compares it with what",
      "`ptrain schema --markdown` prints. A kind that needs no keys may be named alone: `\"loss\": \"mse\"` is short for",
      "`\"loss\": {\"type\": \"mse\"}`.",
      "",
      "*none*: the key may be left out, and has no value then. *as its keys*: an object whose keys have defaults of their own.",
    ]
    return (head + sections.flatMap(lines)).map { $0 + "\n" }.joined()
  }

  // MARK: - Sections

  private mutating func add(_ section: Section) {
    if !section.path.isEmpty { places[Self.identity(section.schema)] = section.path }
    sections.append(section)
    let start = section.path.isEmpty ? "" : section.path + ".", shared = SchemaWords.shared(section.schema.kinds)
    var inner: [Section] = []
    for alternative in section.schema.alternatives {
      var path = start
      if let kind = alternative.tag?.kind {
        let text = alternative.json.compactText
        guard kindPlaces[text] == nil else { continue }
        kindPlaces[text] = start + kind
        path += kind + "."
      }
      if case .map = alternative { path += SchemaPlace.anyName + "." }
      for property in alternative.keys where property.schema.hasKeys {
        let isShared = shared.contains { $0.key == property.key }, identity = Self.identity(property.schema)
        guard places[identity] == nil else { continue }
        // Keys of one object are placed before those within them.
        let place = (isShared ? start : path) + property.key
        places[identity] = place
        inner.append(Section(path: place, property: property, schema: property.schema))
      }
    }
    for section in inner { add(section) }
  }

  /// The part of a schema that has keys, as text.
  private static func identity(_ schema: Schema) -> String {
    Schema.anyOf(schema.alternatives.filter { !$0.keys.isEmpty }).json.compactText
  }

  private func lines(of section: Section) -> [String] {
    var lines: [String] = []
    if let property = section.property {
      let type = type(of: section.schema, linking: false), standard = standard(property)
      let isLeftOut = standard == Self.ofKeys || standard == "none"
      let note = property.isRequired ? standard : isLeftOut ? "may be left out" : "default \(standard)"
      lines += ["", "## `\(section.path)`", ""]
      lines += Self.wrapped("", "\(Self.escaped(property.summary).capitalizedFirst) (\(type); \(note)).", hanging: "")
    }
    let kinds = section.schema.kinds, others = section.schema.alternatives.filter { $0.tag == nil && !$0.keys.isEmpty }
    for (index, other) in others.enumerated() {
      if case .map = other {
        lines += ["", "Keys of each `\(section.path).\(SchemaPlace.anyName)`:"]
      } else if others.count + kinds.count > 1 {
        lines += ["", index == 0 ? "An object:" : "Or another:"]
      }
      lines += table(other.keys)
    }
    if !others.isEmpty, !kinds.isEmpty { lines += ["", "Or a kind:"] }
    guard let tag = kinds.first?.tag?.key else { return lines }
    let shared = SchemaWords.shared(kinds), start = section.path + "."
    func own(_ kind: Schema) -> [Schema.Property] {
      kind.properties.filter { property in !shared.contains { $0.key == property.key } && !property.isTag }
    }
    lines += ["", "| `\(tag)` | meaning |", "|---|---|"]
    for kind in kinds {
      guard let tag = kind.tag else { continue }
      let name = own(kind).isEmpty ? "`\(tag.kind)`" : link("`\(tag.kind)`", to: kindPlaces[kind.json.compactText])
      lines.append("| \(name) | \(Self.escaped(tag.summary)) |")
    }
    for kind in kinds where kindPlaces[kind.json.compactText] == kind.tag.map({ start + $0.kind }) {
      guard let tag = kind.tag, !own(kind).isEmpty else { continue }
      lines += ["", "### `\(start + tag.kind)`"] + table(own(kind))
    }
    if !shared.isEmpty { lines += ["", "### Keys of every `\(section.path)`"] + table(shared) }
    return lines
  }

  // MARK: - Tables

  /// A row for each key; a meaning that is long for a row is begun there and said in full below the table.
  private func table(_ properties: [Schema.Property]) -> [String] {
    var rows: [String] = [], rest: [String] = []
    for property in properties where !property.isTag {
      let names = SchemaWords.longNames(of: property.schema)
      let choice =
        names.allSatisfy(property.summary.contains) ? "" : "; one of " + names.map(Self.code).joined(separator: ", ")
      let meaning = Self.escaped(property.summary) + choice, name = Self.code(property.key)
      let begin = "| \(name) | \(type(of: property.schema, linking: true)) | \(standard(property)) | "
      let room = Self.width - begin.count - 2
      if meaning.count <= max(room, 24) {
        rows.append(begin + meaning + " |")
      } else {
        rows.append(begin + Self.beginning(of: meaning, within: room - 2) + " … |")
        rest += Self.wrapped("- \(name): ", meaning, hanging: "  ")
      }
    }
    guard !rows.isEmpty else { return [] }
    return ["", "| key | value | default | meaning |", "|---|---|---|---|"] + rows + (rest.isEmpty ? [] : [""] + rest)
  }

  private static let width = 120

  /// The words that fit, up to a mark where there is one, at least three.
  private static func beginning(of text: String, within room: Int) -> String {
    var words: [Substring] = [], count = 0, mark: Int?
    for word in text.split(separator: " ") {
      count += word.count + 1
      guard count <= room || words.count < 3 else { break }
      words.append(word)
      if let last = word.last, ":;,".contains(last), words.count >= 3 { mark = words.count }
    }
    var begin = words.prefix(mark ?? words.count).joined(separator: " ")
    // An open parenthesis, or code that goes on, is left out.
    for sign in ["(", "`", "{", "\""] where !isBalanced(begin, sign) {
      if let index = begin.lastIndex(of: Character(sign)), index > begin.startIndex { begin = String(begin[..<index]) }
    }
    while let last = begin.last, " :;,".contains(last) { begin.removeLast() }
    return begin
  }

  private static func isBalanced(_ text: String, _ sign: String) -> Bool {
    let closing: [Character: Character] = ["(": ")", "{": "}"]
    guard let open = sign.first else { return true }
    let opened = text.filter { $0 == open }.count
    guard let close = closing[open] else { return opened % 2 == 0 }
    return opened <= text.filter { $0 == close }.count
  }

  /// Whether a line may begin with a word: not with one that would make it a list, a quotation or a heading.
  private static func mayBegin(_ word: Substring) -> Bool {
    guard let first = word.first else { return false }
    return first.isLetter || "`(\"{%\\".contains(first)
  }

  /// Words in lines.
  private static func wrapped(_ start: String, _ text: String, hanging: String) -> [String] {
    var lines: [String] = [], line = start, isBegin = true
    for word in text.split(separator: " ") {
      if !isBegin, line.count + 1 + word.count > width, Self.mayBegin(word) {
        lines.append(line)
        (line, isBegin) = (hanging, true)
      }
      line += isBegin ? word : " " + word
      isBegin = false
    }
    return lines + [line]
  }

  // MARK: - Words

  private func type(of schema: Schema, linking: Bool) -> String {
    let words = SchemaWords.type(of: schema) { $0.map { Self.code("\"\($0)\"") }.joined(separator: " or ") }
    guard linking, schema.hasKeys else { return words }
    return link(words, to: places[Self.identity(schema)])
  }

  private func standard(_ property: Schema.Property) -> String {
    let text = SchemaWords.standard(property)
    if text == "{…}" { return Self.ofKeys }
    return ["required", "none"].contains(text) && (property.isRequired || property.defaultValue == nil)
      ? text : Self.code(text)
  }

  /// The default of an object whose keys have defaults.
  private static let ofKeys = "as its keys"

  /// A link to the heading of a place, whose anchor has letters, digits and `_` of it.
  private func link(_ text: String, to place: String?) -> String {
    guard let place else { return text }
    return "[\(text)](#\(place.lowercased().filter { $0.isLetter || $0.isNumber || "_-".contains($0) }))"
  }

  private static func code(_ text: String) -> String { "`\(text.replacing("|", with: "\\|"))`" }

  /// Text whose signs mean themselves, in a table too.
  private static func escaped(_ text: String) -> String {
    text.map { "\\`*<|[]~".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}

extension Schema {
  /// The alternatives that are kinds.
  fileprivate var kinds: [Schema] { alternatives.filter { $0.tag != nil } }

  /// The keys of an object, and of the entries of one whose keys the user chooses.
  fileprivate var keys: [Property] { if case .map(let element) = self { element.properties } else { properties } }

  fileprivate var hasKeys: Bool { alternatives.contains { !$0.keys.isEmpty } }
}

extension Schema.Property {
  fileprivate var isTag: Bool { if case .fixed = schema { true } else { false } }
}

extension String {
  /// With a capital letter at the beginning.
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
