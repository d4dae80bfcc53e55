extension FieldReader {
  /// A required object, read by its own reader.
  package func object<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    guard isDescribing else {
      return try readSource(key, default: nil, summary: summary) { value, path throws(ConfigError) in
        try Self.readObject(value, path: path, readValue)
      }
    }
    let (example, schema) = try Self.describe(pathOf(key), readValue)
    return try read(key, schema: schema, default: nil, example: example, summary: summary) {
      value, path throws(ConfigError) in
      try Self.readObject(value, path: path, readValue)
    }
  }

  /// A required object whose keys depend on the kind that its key `type` names.
  ///
  /// - Parameter readValue: reads the object; when it only describes, it is told which kind.
  package func object<Value>(
    _ key: String, kinds: [String], _ summary: String,
    _ readValue: (FieldReader, _ describing: String?) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    guard isDescribing else {
      return try readSource(key, default: nil, summary: summary) { value, path throws(ConfigError) in
        try Self.readObject(value, path: path) { fields throws(ConfigError) in try readValue(fields, nil) }
      }
    }
    var schemas: [Schema] = [], example: Value?
    for kind in kinds {
      let reader = FieldReader(describing: pathOf(key))
      let value = try readValue(reader, kind)
      example = example ?? value
      schemas.append(
        .object(
          reader.properties.map { property in
            guard property.key == "type" else { return property }
            var fixed = property
            fixed.schema = .fixed(kind)
            return fixed
          }))
    }
    guard let example else { throw ConfigError("there are no kinds to choose from", path: pathOf(key)) }
    return try read(key, schema: .anyOf(schemas), default: nil, example: example, summary: summary) {
      value, path throws(ConfigError) in
      try Self.readObject(value, path: path) { fields throws(ConfigError) in try readValue(fields, nil) }
    }
  }

  /// An object that may be left out: then its defaults hold.
  package func section<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    let empty = try Self.readObject(.object([]), path: pathOf(key), readValue)
    guard isDescribing else {
      return try readSource(key, default: (empty.0, empty.1), summary: summary) { value, path throws(ConfigError) in
        try Self.readObject(value, path: path, readValue)
      }
    }
    let (_, schema) = try Self.describe(pathOf(key), readValue)
    return try read(key, schema: schema, default: (empty.0, empty.1), example: empty.0, summary: summary) {
      value, path throws(ConfigError) in
      try Self.readObject(value, path: path, readValue)
    }
  }

  /// An object that may be absent altogether.
  package func optionalObject<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value? {
    let schema = isDescribing ? try Self.describe(pathOf(key), readValue).1 : .anything
    return try read(key, schema: schema, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let (result, text) = try Self.readObject(value, path: path, readValue)
      return (result, text)
    }
  }

  /// A list; `element` reads one entry at its path and says what the resolved config shows.
  ///
  /// - Parameter text: what the resolved config shows of a default that is not empty.
  package func list<Value>(
    _ key: String, of schema: Schema, default standard: [Value]? = nil, showing text: ConfigValue? = nil,
    atLeast minimum: Int = 0, _ summary: String,
    _ element: (ConfigValue, String) throws(ConfigError) -> (Value, ConfigValue)
  ) throws(ConfigError) -> [Value] {
    try read(
      key, schema: .list(schema), default: standard.map { ($0, $0.isEmpty ? .array([]) : text) }, example: [],
      summary: summary
    ) { value, path throws(ConfigError) in
      guard case .array(let elements) = value else {
        throw ConfigError("expected a list, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      guard elements.count >= minimum else {
        throw ConfigError("expected a list of at least \(minimum), found \(elements.count) entries", path: path)
      }
      var values: [Value] = [], texts: [ConfigValue] = []
      for (index, entry) in elements.enumerated() {
        let (result, text) = try element(entry, "\(path)[\(index)]")
        values.append(result)
        texts.append(text)
      }
      return (values, .array(texts))
    }
  }

  /// A list of numbers.
  package func numbers(
    _ key: String, default standard: [Double]? = nil, in interval: Interval = .any, atLeast minimum: Int = 0,
    _ summary: String
  ) throws(ConfigError) -> [Double] {
    try list(
      key, of: .number(interval), default: standard, showing: standard.map { .array($0.map(ConfigValue.number)) },
      atLeast: minimum, summary
    ) { value, path throws(ConfigError) in
      (try Self.number(value, in: interval, path: path), value)
    }
  }

  /// A list of texts.
  package func texts(_ key: String, default standard: [String]? = nil, _ summary: String) throws(ConfigError)
    -> [String]
  {
    try list(key, of: .text, default: standard, summary) { value, path throws(ConfigError) in
      (try Self.text(value, path: path), value)
    }
  }

  /// A thing of a registry under a key: an object whose `tag` names the kind, or just the kind's name.
  package func variant<Product>(
    _ key: String, _ registry: Registry<Product>, tag: String = "type", default standard: String? = nil,
    _ summary: String
  ) throws(ConfigError) -> Product {
    let schema = try describedSchema(of: registry, tag: tag, path: pathOf(key))
    let kind = standard ?? registry.entries[0].kind
    let example = try registry.make(kind, from: FieldReader(describing: pathOf(key)), path: pathOf(key))
    let fallback = standard.map { (example, Optional(ConfigValue.string($0))) }
    return try read(key, schema: schema, default: fallback, example: example, summary: summary) {
      value, path throws(ConfigError) in
      // Null says that nothing is said.
      let said = value == .null ? standard.map(ConfigValue.string) ?? value : value
      return try Self.readVariant(said, registry, tag: tag, path: path)
    }
  }

  /// Reads an object with a reader of its own and refuses unknown keys.
  package static func readObject<Value>(
    _ value: ConfigValue, path: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> (Value, ConfigValue) {
    let reader = try FieldReader(value, path: path)
    do {
      let result = try readValue(reader)
      try reader.finish()
      return (result, reader.resolvedObject)
    } catch {
      // A misspelt key explains a missing one better than the missing one does.
      if error.problem.hasPrefix("key '"), error.path == path { try reader.requireNoMisspelling() }
      throw error
    }
  }

  /// Reads a thing of a registry.
  package static func readVariant<Product>(
    _ value: ConfigValue, _ registry: Registry<Product>, tag: String = "type", path: String
  ) throws(ConfigError) -> (Product, ConfigValue) {
    if case .string(let kind) = value {
      let reader = try FieldReader(.object([]), path: path)
      return (try registry.make(kind, from: reader, path: path), value)
    }
    return try readObject(value, path: path) { reader throws(ConfigError) in
      let kind = try reader.text(tag, "the kind of \(registry.noun): \(registry.kinds.joined(separator: ", "))")
      return try registry.make(kind, from: reader, path: reader.pathOf(tag))
    }
  }

  /// The schema of anything in a registry, where a reader describes; anything otherwise.
  package func describedSchema<Product>(
    of registry: Registry<Product>, tag: String = "type", path: String
  ) throws(ConfigError) -> Schema {
    isDescribing ? try Self.schema(of: registry, tag: tag, path: path) : .anything
  }

  /// The schema of anything in a registry.
  package static func schema<Product>(
    of registry: Registry<Product>, tag: String = "type", path: String
  ) throws(ConfigError) -> Schema {
    var schemas: [Schema] = [.names(registry.kinds)]
    for entry in registry.entries {
      let reader = FieldReader(describing: path)
      _ = try entry.make(reader)
      let tagProperty = Schema.Property(
        key: tag, schema: .fixed(entry.kind), defaultValue: nil, isRequired: true, summary: entry.summary)
      schemas.append(.object([tagProperty] + reader.properties))
    }
    return .anyOf(schemas)
  }

  private static func describe<Value>(
    _ path: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> (Value, Schema) {
    let reader = FieldReader(describing: path)
    let value = try readValue(reader)
    return (value, .object(reader.properties))
  }
}
