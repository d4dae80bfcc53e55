extension FieldReader {
  /// A number in a range.
  package func number(
    _ key: String, default standard: Double? = nil, in interval: Interval = .any, _ summary: String
  ) throws(ConfigError) -> Double {
    try read(
      key, schema: .number(interval), default: standard.map { ($0, .number($0)) }, example: interval.example,
      summary: summary
    ) { value, path throws(ConfigError) in
      let number = try Self.number(value, in: interval, path: path)
      return (number, .number(number))
    }
  }

  /// A number that may be left out.
  package func optionalNumber(
    _ key: String, in interval: Interval = .any, _ summary: String
  ) throws(ConfigError) -> Double? {
    try read(key, schema: .number(interval), default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let number = try Self.number(value, in: interval, path: path)
      return (number, .number(number))
    }
  }

  /// A whole number in a range.
  package func integer(
    _ key: String, default standard: Int? = nil, in range: ClosedRange<Int>, _ summary: String
  ) throws(ConfigError) -> Int {
    try read(
      key, schema: .integer(range), default: standard.map { ($0, .integer($0)) }, example: range.lowerBound,
      summary: summary
    ) { value, path throws(ConfigError) in
      let number = try Self.integer(value, in: range, path: path)
      return (number, .integer(number))
    }
  }

  /// A whole number that may be left out.
  package func optionalInteger(
    _ key: String, in range: ClosedRange<Int>, _ summary: String
  ) throws(ConfigError) -> Int? {
    try read(key, schema: .integer(range), default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let number = try Self.integer(value, in: range, path: path)
      return (number, .integer(number))
    }
  }

  /// True or false.
  package func boolean(_ key: String, default standard: Bool? = nil, _ summary: String) throws(ConfigError) -> Bool {
    try read(
      key, schema: .boolean, default: standard.map { ($0, .boolean($0)) }, example: false, summary: summary
    ) { value, path throws(ConfigError) in
      guard case .boolean(let flag) = value else {
        throw ConfigError("expected true or false, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      return (flag, value)
    }
  }

  /// True or false, or left out.
  package func optionalBoolean(_ key: String, _ summary: String) throws(ConfigError) -> Bool? {
    try read(key, schema: .boolean, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      guard case .boolean(let flag) = value else {
        throw ConfigError("expected true or false, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      return (flag, value)
    }
  }

  /// Text.
  package func text(_ key: String, default standard: String? = nil, _ summary: String) throws(ConfigError) -> String {
    try read(key, schema: .text, default: standard.map { ($0, .string($0)) }, example: "text", summary: summary) {
      value, path throws(ConfigError) in
      (try Self.text(value, path: path), value)
    }
  }

  /// Text that may be left out.
  package func optionalText(_ key: String, _ summary: String) throws(ConfigError) -> String? {
    try read(key, schema: .text, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      (try Self.text(value, path: path), value)
    }
  }

  /// One of the cases of an enumeration, by raw value.
  package func option<Option: CaseIterable & RawRepresentable>(
    _ key: String, default standard: Option, _ summary: String
  ) throws(ConfigError) -> Option where Option.RawValue == String {
    let names = Option.allCases.map(\.rawValue)
    return try read(
      key, schema: .names(names), default: (standard, .string(standard.rawValue)), example: standard, summary: summary
    ) { value, path throws(ConfigError) in
      let name = try Self.text(value, path: path)
      guard let option = Option(rawValue: name) else {
        throw ConfigError("unknown value '\(name.excerpt(60))'; \(NearestName.hint(name, among: names))", path: path)
      }
      return (option, value)
    }
  }

  /// The value as a number in a range.
  package static func number(_ value: ConfigValue, in interval: Interval, path: String) throws(ConfigError) -> Double {
    let number: Double
    switch value {
    case .integer(let whole): number = Double(whole)
    case .number(let real): number = real
    default: throw ConfigError("expected \(interval.words), found \(value.kindName) (\(value.excerpt))", path: path)
    }
    guard interval.contains(number) else {
      throw ConfigError("expected \(interval.words), found \(value.excerpt)", path: path)
    }
    // -0 is 0, in text and in memory.
    return number + 0
  }

  /// The value as a whole number in a range.
  package static func integer(
    _ value: ConfigValue, in range: ClosedRange<Int>, path: String
  ) throws(ConfigError) -> Int {
    let words =
      range.upperBound >= Int(Int32.max)
      ? "a whole number ≥ \(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let number: Int
    switch value {
    case .integer(let whole): number = whole
    case .number(let real) where real == real.rounded() && abs(real) < 1e15: number = Int(real)
    case .number(let real) where real == real.rounded():
      // Beyond 2^53 a double no longer says which whole number was meant.
      throw ConfigError(
        "expected \(words), written with all its digits and up to \(range.upperBound), found \(value.excerpt)",
        path: path)
    case .number: throw ConfigError("expected \(words), found \(value.excerpt)", path: path)
    default: throw ConfigError("expected \(words), found \(value.kindName) (\(value.excerpt))", path: path)
    }
    guard number <= range.upperBound || range.upperBound < Int(Int32.max) else {
      throw ConfigError("expected at most \(range.upperBound), found \(number)", path: path)
    }
    guard range.contains(number) else { throw ConfigError("expected \(words), found \(number)", path: path) }
    return number
  }

  /// The value as text.
  package static func text(_ value: ConfigValue, path: String) throws(ConfigError) -> String {
    guard case .string(let text) = value else {
      throw ConfigError("expected text, found \(value.kindName) (\(value.excerpt))", path: path)
    }
    // The system ends a path at it: another file than the one that is named would be opened.
    guard !text.utf8.contains(0) else {
      throw ConfigError("the text \(value.excerpt) holds a NUL byte (\\u0000); leave it out", path: path)
    }
    return text
  }
}
