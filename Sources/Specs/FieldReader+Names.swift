// What users name themselves: classes, as text or as whole numbers, and numbers by such names.

extension FieldReader {
  /// The name of a class that may be left out.
  package func optionalClassName(_ key: String, _ summary: String) throws(ConfigError) -> String? {
    try read(key, schema: Schema.className, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let name = try Self.className(value, path: path)
      return (name, .string(name))
    }
  }

  /// The value as the name of a class: text, or a whole number, as tables hold them.
  package static func className(_ value: ConfigValue, path: String) throws(ConfigError) -> String {
    switch value {
    case .string(let text): return text
    case .integer(let whole): return String(whole)
    case .number(let real) where real == real.rounded() && abs(real) <= 0x1p53: return String(Int(real))
    default:
      throw ConfigError("expected the name of a class, found \(value.kindName) (\(value.excerpt))", path: path)
    }
  }

  /// An object of numbers by names that the user chooses, in the order of the names.
  package static func numbersByName(
    _ value: ConfigValue, in interval: Interval, path: String
  ) throws(ConfigError) -> [(name: String, number: Double)] {
    guard case .object(let members) = value else {
      throw ConfigError(
        "expected an object of numbers by name, found \(value.kindName) (\(value.excerpt))", path: path)
    }
    var numbers: [(name: String, number: Double)] = []
    for member in members {
      numbers.append(
        (member.key, try number(member.value, in: interval, path: "\(path).\(member.key.excerpt(60))")))
    }
    return numbers
  }
}

extension Schema {
  /// The name of a class.
  package static let className = Schema.anyOf([.text, .integer(-(1 << 53)...Int.max)])
}
