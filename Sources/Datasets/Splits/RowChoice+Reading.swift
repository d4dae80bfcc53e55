internal import Specs

extension RowChoice {
  private static let fractions = Interval(0, 1, includesLower: false, includesUpper: false)

  /// Whether an object of the config chooses rows of the training source, and is no source of its own.
  static func isMeant(by value: ConfigValue) -> Bool {
    if value["fraction"] != nil { return true }
    return value["format"] == nil && ["group", "time", "column", "values"].contains { value[$0] != nil }
  }

  /// What may be written.
  static func schemas(path: String) throws(ConfigError) -> [Schema] {
    let share = FieldReader(describing: path), column = FieldReader(describing: path)
    _ = try readShare(share)
    _ = try readValues(column)
    return [.object(share.properties), .object(column.properties)]
  }

  /// Reads the object.
  init(from fields: FieldReader) throws(ConfigError) {
    guard fields.has("column") || fields.has("values") else {
      self = try Self.readShare(fields)
      return
    }
    for key in ["fraction", "group", "time"] where fields.has(key) {
      throw fields.error(
        key, "'column' and 'values' say which rows are taken, all that have one of the values; remove '\(key)'")
    }
    self = try Self.readValues(fields)
  }

  private static func readShare(_ fields: FieldReader) throws(ConfigError) -> RowChoice {
    let fraction = try fields.number("fraction", in: fractions, "of the training source")
    let group = try optionalColumn(
      "group",
      "a column of the training source: rows with one value of it, like those of one patient, stand in one part", fields
    )
    let time = try optionalColumn(
      "time",
      "a column of the training source, of numbers or of dates like 2024-03-31: the rows with its last values are taken",
      fields)
    if group != nil, time != nil {
      throw fields.error("time", "rows are cut by 'group' or by 'time', not by both; remove one of the keys")
    }
    return group.map { .groups(fraction, of: $0) } ?? time.map { .latest(fraction, by: $0) } ?? .fraction(fraction)
  }

  private static func readValues(_ fields: FieldReader) throws(ConfigError) -> RowChoice {
    let name = try fields.read(
      "column", schema: columnSchema, default: nil, example: KeyName.name("split"),
      summary: "a column of the training source, whose values say which rows are taken", decode: column)
    let value = Schema.anyOf([.text, .number(.any)])
    let values = try fields.read(
      "values", schema: .anyOf([value, .list(value)]), default: nil, example: [SplitValue.text("test")],
      summary: "the values of that column whose rows are taken"
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value else {
        let (only, text) = try splitValue(value, path: path)
        return ([only], text)
      }
      guard !entries.isEmpty else { throw ConfigError("expected at least one value, found an empty list", path: path) }
      var values: [SplitValue] = [], texts: [ConfigValue] = []
      for (index, entry) in entries.enumerated() {
        let (next, text) = try splitValue(entry, path: "\(path)[\(index)]")
        values.append(next)
        texts.append(text)
      }
      return (values, .array(texts))
    }
    return .values(values, of: name)
  }

  private static let columnSchema = Schema.anyOf([.text, .integer(0...Int(Int32.max))])

  private static func optionalColumn(
    _ key: String, _ summary: String, _ fields: FieldReader
  ) throws(ConfigError) -> KeyName? {
    try fields.read(key, schema: columnSchema, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in try column(value, path: path)
    }
  }

  private static func column(_ value: ConfigValue, path: String) throws(ConfigError) -> (KeyName, ConfigValue) {
    if case .integer = value {
      return (.index(try FieldReader.integer(value, in: 0...Int(Int32.max), path: path)), value)
    }
    guard case .string = value else {
      throw ConfigError(
        "expected a column's name, or its index from 0 where the file has no header; found \(value.kindName) (\(value.excerpt))",
        path: path)
    }
    return (.name(try FieldReader.text(value, path: path).trimmed), value)
  }

  private static func splitValue(_ value: ConfigValue, path: String) throws(ConfigError) -> (SplitValue, ConfigValue) {
    switch value {
    case .string: return (.text(try FieldReader.text(value, path: path).trimmed), value)
    case .integer, .number:
      let number = try FieldReader.number(value, in: .any, path: path)
      if case .integer = value { return (.number(number), value) }
      return (.number(number), .number(number))
    default:
      throw ConfigError(
        "expected text or a number, found \(value.kindName) (\(value.excerpt)); put the value in quotes, as it stands in "
          + "the column",
        path: path)
    }
  }
}

extension RowChoice {
  /// Why two parts cannot be chosen so together, as the end of a sentence about the second; nil: they can.
  static func problem(validation: RowChoice, test: RowChoice) -> String? {
    if let first = validation.fraction, let second = test.fraction, first + second >= 1 {
      return "'validation' and 'test' together take every row; their fractions must add up to less than 1"
    }
    switch (validation, test) {
    case (.groups(_, let first), .groups(_, let second)) where first != second:
      return
        "'validation' is cut by groups of \(first.words) and 'test' by groups of \(second.words); give both the same column"
    case (.latest(_, let first), .latest(_, let second)) where first != second:
      return "'validation' is cut by time in \(first.words) and 'test' in \(second.words); give both the same column"
    case (.groups(_, let column), .fraction), (.fraction, .groups(_, let column)):
      return
        "one of 'validation' and 'test' takes whole groups and the other single rows at random, which would tear groups apart; "
        + "give both \"group\": \(column.json.compactText)"
    case (.groups, .latest), (.latest, .groups):
      return
        "one of 'validation' and 'test' is cut by group and the other by time, and a group may stand in several times; cut both "
        + "in one way"
    default: return nil
    }
  }
}

extension KeyName {
  /// As the config has it.
  fileprivate var json: ConfigValue {
    switch self {
    case .name(let name): .string(name)
    case .index(let index): .integer(index)
    }
  }
}
