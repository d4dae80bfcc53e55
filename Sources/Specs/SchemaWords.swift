/// What the lists of keys say of a value: its type and its default, in few words.
enum SchemaWords {
  /// A type in words.
  ///
  /// - Parameter naming: how a short list of allowed names is written.
  static func type(
    of schema: Schema,
    naming: ([String]) -> String = { $0.map { "\"\($0)\"" }.joined(separator: " | ") }
  ) -> String {
    switch schema {
    case .number(let interval): return String(interval.words.dropFirst("a ".count))
    case .integer(let range):
      return range.upperBound >= Int(Int32.max)
        ? "whole number ≥ \(range.lowerBound)" : "whole number \(range.lowerBound) to \(range.upperBound)"
    case .boolean: return "true or false"
    case .text: return "text"
    case .names(let names): return isLong(names) ? "name" : naming(names)
    case .fixed(let text): return naming([text])
    case .list(let element): return "list of " + type(of: element, naming: naming)
    case .object(let properties): return Schema.object(properties).tag == nil ? "object" : "kind"
    case .map: return "object"
    case .anything: return "any"
    case .anyOf(let schemas):
      // The names of kinds are kinds.
      let hasKinds = schema.alternatives.contains { $0.tag != nil }
      var found: [String] = []
      for schema in schemas {
        var text = type(of: schema, naming: naming)
        if case .names = schema, hasKinds { text = "kind" }
        if !found.contains(text) { found.append(text) }
      }
      return found.joined(separator: " or ")
    }
  }

  /// Whether allowed names are too many to be the type.
  static func isLong(_ names: [String]) -> Bool { names.joined(separator: " | ").count > 40 }

  /// The allowed names where the type does not say them.
  static func longNames(of schema: Schema) -> [String] {
    if case .names(let names) = schema, isLong(names) { names } else { [] }
  }

  /// The default in few letters.
  static func standard(_ property: Schema.Property) -> String {
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

  /// The keys that all kinds have alike.
  static func shared(_ kinds: [Schema]) -> [Schema.Property] {
    guard kinds.count > 1, let first = kinds.first else { return [] }
    return first.properties.filter { property in
      kinds.allSatisfy { kind in kind.properties.contains { isAlike($0, property) } }
    }
  }

  /// Whether two keys are one: name, type, default and meaning.
  static func isAlike(_ a: Schema.Property, _ b: Schema.Property) -> Bool {
    a.key == b.key && a.defaultValue == b.defaultValue && a.isRequired == b.isRequired && a.summary == b.summary
      && a.schema.json == b.schema.json
  }
}
