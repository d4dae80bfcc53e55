/// What a config may contain, as its readers describe it; printed as JSON Schema (draft 2020-12).
package indirect enum Schema: Sendable {
  case number(Interval)
  case integer(ClosedRange<Int>)
  case boolean
  case text
  case names([String])
  case list(Schema)
  case object([Property])
  /// An object whose keys the user chooses.
  case map(Schema)
  case anyOf([Schema])
  case fixed(String)
  case anything

  /// One key of an object.
  package struct Property: Sendable {
    package var key: String
    package var schema: Schema
    package var defaultValue: ConfigValue?
    package var isRequired: Bool
    package var summary: String
  }

  /// This schema as a JSON Schema value.
  package var json: ConfigValue {
    switch self {
    case .number(let interval):
      var members: [ConfigValue.Member] = [.init("type", .string("number"))]
      if interval.lower.isFinite {
        members.append(.init(interval.includesLower ? "minimum" : "exclusiveMinimum", .number(interval.lower)))
      }
      if interval.upper.isFinite {
        members.append(.init(interval.includesUpper ? "maximum" : "exclusiveMaximum", .number(interval.upper)))
      }
      return .object(members)
    case .integer(let range):
      var members: [ConfigValue.Member] = [
        .init("type", .string("integer")), .init("minimum", .integer(range.lowerBound)),
      ]
      if range.upperBound < Int(Int32.max) { members.append(.init("maximum", .integer(range.upperBound))) }
      return .object(members)
    case .boolean: return .object([.init("type", .string("boolean"))])
    case .text: return .object([.init("type", .string("string"))])
    case .names(let names): return .object([.init("enum", .array(names.map(ConfigValue.string)))])
    case .list(let element): return .object([.init("type", .string("array")), .init("items", element.json)])
    case .object(let properties): return Self.objectJSON(properties)
    case .map(let element):
      return .object([.init("type", .string("object")), .init("additionalProperties", element.json)])
    case .anyOf(let schemas): return .object([.init("anyOf", .array(schemas.map(\.json)))])
    case .fixed(let text): return .object([.init("const", .string(text))])
    case .anything: return .object([])
    }
  }

  private static func objectJSON(_ properties: [Property]) -> ConfigValue {
    let members = properties.map { property -> ConfigValue.Member in
      var value = property.schema.json
      if case .object(var inner) = value {
        if !property.summary.isEmpty { inner.append(.init("description", .string(property.summary))) }
        if let standard = property.defaultValue { inner.append(.init("default", standard)) }
        value = .object(inner)
      }
      return .init(property.key, value)
    }
    let required = properties.filter(\.isRequired).map { ConfigValue.string($0.key) }
    return .object(
      [
        .init("type", .string("object")), .init("properties", .object(members)),
        .init("additionalProperties", .boolean(false)),
      ] + (required.isEmpty ? [] : [.init("required", .array(required))]))
  }
}
