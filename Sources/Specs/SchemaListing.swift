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
    var lines = wrapped("", heading, hanging: 2) + differences
    let alternatives = place.schema.alternatives, kinds = alternatives.filter { $0.tag != nil }
    let objects = alternatives.filter { $0.tag == nil && !$0.properties.isEmpty }
    for object in objects { lines += [""] + table(object.properties, indentation: 2) }
    for case .map(let element) in alternatives where !element.properties.isEmpty {
      lines += ["", "  keys of each:"] + table(element.properties, indentation: 2, within: SchemaPlace.anyName + ".")
    }
    if kinds.count == 1, let properties = kinds.first?.properties {
      lines += [""] + table(properties, indentation: 2)
    } else if let tag = kinds.first?.tag {
      let shared = SchemaWords.shared(kinds),
        hasShort = alternatives.contains { if case .names = $0 { true } else { false } }
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
    let type = SchemaWords.type(of: place.schema)
    if place.variants.count > 1 {
      let isOne = place.variants.allSatisfy { $0.property.summary == property.summary }
      return isOne
        ? "\(place.path): \(meaning(shown, linksTo: nil)) (\(type); by kind)" : "\(place.path) (\(type)), by kind:"
    }
    return "\(place.path): \(meaning(shown, linksTo: nil)) (\(type); \(Self.note(shown)))"
  }

  /// What a key is in each kind, where that is not the same in all that have it.
  private var differences: [String] {
    guard place.variants.count > 1, let first = place.variants.first?.property else { return [] }
    let isOne = place.variants.allSatisfy { $0.property.summary == first.summary }
    return [""]
      + place.variants.flatMap { variant in
        let type = SchemaWords.type(of: variant.property.schema), note = Self.note(variant.property)
        return wrapped(
          "  \(variant.kinds.joined(separator: ", ")): ",
          (isOne ? "" : variant.property.summary + ", ") + "\(type), \(note)", hanging: 6)
      }
  }

  private static func note(_ property: Schema.Property) -> String {
    let standard = SchemaWords.standard(property)
    return standard == "required" ? standard : standard == "none" ? "may be left out" : "default \(standard)"
  }

  // MARK: - Tables

  /// - Parameter prefix: what stands before the keys in paths to them.
  private func table(_ properties: [Schema.Property], indentation: Int, within prefix: String = "") -> [String] {
    let rows = properties.filter { if case .fixed = $0.schema { false } else { true } }.map { property in
      (
        cells: [property.key, SchemaWords.type(of: property.schema), SchemaWords.standard(property)],
        meaning: meaning(property, linksTo: prefix + property.key)
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

  /// What a key means, the names that its value may be where there are too many for the type, and where its own keys
  /// are listed.
  private func meaning(_ property: Schema.Property, linksTo key: String?) -> String {
    var text = property.summary
    let names = SchemaWords.longNames(of: property.schema)
    if !names.isEmpty { text += "; one of \(names.joined(separator: ", "))" }
    let hasKeys = property.schema.alternatives.contains { alternative in
      if case .map(let element) = alternative { return !element.properties.isEmpty }
      return !alternative.properties.isEmpty
    }
    if let key, hasKeys { text += "; see ptrain schema " + (place.path.isEmpty ? key : "\(place.path).\(key)") }
    return text
  }
}
