/// What may stand at a place of a config, as a table for people: key, type, default and meaning.
package struct SchemaListing {
  private let place: SchemaPlace
  /// Columns of a line.
  private let width: Int

  package init(_ place: SchemaPlace, width: Int = 120) {
    (self.place, self.width) = (place, width)
  }

  /// Lines, each with its end.
  package var text: String {
    var lines = wrapped("", heading, hanging: 2)
    let alternatives = place.schema.alternatives, kinds = alternatives.filter { $0.tag != nil }
    let objects = alternatives.filter { $0.tag == nil && !$0.properties.isEmpty }
    for object in objects { lines += [""] + table(object.properties, indentation: 2) }
    for case .map(let element) in alternatives where !element.properties.isEmpty {
      lines += ["", "  keys of each:"] + table(element.properties, indentation: 2)
    }
    if kinds.count == 1, let properties = kinds.first?.properties {
      lines += [""] + table(properties, indentation: 2)
    } else if let tag = kinds.first?.tag {
      let shared = Self.shared(kinds), hasShort = alternatives.contains { if case .names = $0 { true } else { false } }
      lines += [
        "",
        "  Kinds, named by \"\(tag.key)\""
          + (hasShort ? "; the name alone is enough where no key is required:" : ":"),
      ]
      for kind in kinds {
        let own = kind.properties.filter { property in !shared.contains { $0.key == property.key } }
        guard let tag = kind.tag else { continue }
        lines += ["", "  \(tag.kind): \(tag.summary)"] + table(own, indentation: 4)
      }
      if !shared.isEmpty { lines += ["", "  Keys of every kind:"] + table(shared, indentation: 4) }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The place, its meaning, type and default.
  private var heading: String {
    if let tag = place.schema.tag, place.property == nil { return "\(place.path): \(tag.summary)" }
    guard let property = place.property else { return place.path.isEmpty ? "a config" : place.path }
    let shown = Schema.Property(
      key: property.key, schema: place.schema, defaultValue: property.defaultValue, isRequired: property.isRequired,
      summary: property.summary)
    let standard = Self.standard(shown), type = Self.words(place.schema)
    let note = standard == "required" ? standard : standard == "none" ? "may be left out" : "default \(standard)"
    return "\(place.path): \(meaning(shown, linksTo: nil)) (\(type); \(note))"
  }

  /// The keys that all kinds have alike.
  private static func shared(_ kinds: [Schema]) -> [Schema.Property] {
    guard kinds.count > 1, let first = kinds.first else { return [] }
    func isAlike(_ a: Schema.Property, _ b: Schema.Property) -> Bool {
      a.key == b.key && a.defaultValue == b.defaultValue && a.isRequired == b.isRequired && a.summary == b.summary
        && a.schema.json == b.schema.json
    }
    return first.properties.filter { property in
      kinds.allSatisfy { kind in kind.properties.contains { isAlike($0, property) } }
    }
  }

  // MARK: - Tables

  private func table(_ properties: [Schema.Property], indentation: Int) -> [String] {
    let rows = properties.filter { if case .fixed = $0.schema { false } else { true } }.map { property in
      (
        cells: [property.key, Self.words(property.schema), Self.standard(property)],
        meaning: meaning(property, linksTo: property.key)
      )
    }
    // A cell that is wider than its column pushes the rest of its line along.
    let widths = (0..<3).map { column in
      min([28, 24, 16][column], rows.map { $0.cells[column].count }.max() ?? 0)
    }
    let hanging = indentation + widths.reduce(0) { $0 + $1 + 2 }
    return rows.flatMap { row in
      var line = String(repeating: " ", count: indentation)
      for (cell, width) in zip(row.cells, widths) {
        line += cell + String(repeating: " ", count: max(0, width - cell.count) + 2)
      }
      return wrapped(line, row.meaning, hanging: hanging)
    }
  }

  /// A line with words behind it, as many lines as they need.
  private func wrapped(_ start: String, _ text: String, hanging: Int) -> [String] {
    var lines: [String] = [], line = start, isBegin = true
    for word in text.split(separator: " ") {
      if !isBegin, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: hanging)
        isBegin = true
      }
      line += isBegin ? word : " " + word
      isBegin = false
    }
    return (lines + [line]).map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  /// What a key means, the names that its value may be where there are too many for the type, and where its own keys are listed.
  private func meaning(_ property: Schema.Property, linksTo key: String?) -> String {
    var text = property.summary
    for case .names(let names) in [property.schema] where Self.isLong(names) {
      text += "; one of \(names.joined(separator: ", "))"
    }
    let hasKeys = property.schema.alternatives.contains { alternative in
      if case .map(let element) = alternative { return !element.properties.isEmpty }
      return !alternative.properties.isEmpty
    }
    if let key, hasKeys { text += "; see ptrain schema " + (place.path.isEmpty ? key : "\(place.path).\(key)") }
    return text
  }

  // MARK: - Words

  private static func isLong(_ names: [String]) -> Bool { names.joined(separator: " | ").count > 40 }

  /// The default in few letters.
  private static func standard(_ property: Schema.Property) -> String {
    if property.isRequired { return "required" }
    switch property.defaultValue {
    case nil: return "none"
    case .object(let members)?:
      // A kind at its defaults.
      if case .string(let kind)? = members.first(where: { $0.key == "type" })?.value { return kind }
      return members.isEmpty ? "{}" : "{…}"
    case .array(let values)? where values.count > 3: return "[…]"
    case let value?: return value.compactText.excerpt(30)
    }
  }

  /// A type in words.
  private static func words(_ schema: Schema) -> String {
    switch schema {
    case .number(let interval): return String(interval.words.dropFirst("a ".count))
    case .integer(let range):
      return range.upperBound >= Int(Int32.max)
        ? "whole number ≥ \(range.lowerBound)" : "whole number \(range.lowerBound) to \(range.upperBound)"
    case .boolean: return "true or false"
    case .text: return "text"
    case .names(let names): return isLong(names) ? "name" : names.map { "\"\($0)\"" }.joined(separator: " | ")
    case .fixed(let text): return "\"\(text)\""
    case .list(let element): return "list of " + words(element)
    case .object(let properties): return Schema.object(properties).tag == nil ? "object" : "kind"
    case .map: return "object"
    case .anything: return "any"
    case .anyOf(let schemas):
      // The names of kinds are kinds.
      let hasKinds = schema.alternatives.contains { $0.tag != nil }
      var found: [String] = []
      for schema in schemas {
        var text = words(schema)
        if case .names = schema, hasKinds { text = "kind" }
        if !found.contains(text) { found.append(text) }
      }
      return found.joined(separator: " or ")
    }
  }
}
