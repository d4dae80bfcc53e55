extension FieldReader {
  /// A required object, read by its own reader.
  package func object<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    guard isDescribing else {
      return try readSource(key, default: nil, summary: summary) { value, path throws(ConfigError) in
        try readObject(value, path: path, readValue)
      }
    }
    let (example, schema) = try describe(pathOf(key), readValue)
    return try read(key, schema: schema, default: nil, example: example, summary: summary) {
      value, path throws(ConfigError) in
      try readObject(value, path: path, readValue)
    }
  }

  /// A required object whose keys depend on the kind that its key `type` names; or that kind alone, as text.
  ///
  /// - Parameters:
  ///   - registry: where the kinds are from.
  ///   - readValue: reads the object; when it only describes, it is told which kind.
  package func object<Kind, Element, Value>(
    _ key: String, kindsOf registry: Registry<Kind, Element>, _ summary: String,
    _ readValue: (FieldReader, _ describing: String?) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    func read(_ value: ConfigValue, _ path: String) throws(ConfigError) -> (Value, ConfigValue) {
      try Self.expandingShort(value, path: path) { value throws(ConfigError) in
        try readObject(value, path: path) { fields throws(ConfigError) in try readValue(fields, nil) }
      }
    }
    guard isDescribing else { return try readSource(key, default: nil, summary: summary, decode: read) }
    var schemas: [Schema] = [], example: Value?
    for spec in registry.specs {
      let reader = FieldReader(describing: pathOf(key), registries: registries)
      let value = try readValue(reader, spec.kind)
      example = example ?? value
      schemas.append(
        .object(
          reader.properties.map { property in
            guard property.key == "type" else { return property }
            var fixed = property
            fixed.schema = .fixed(spec.kind)
            fixed.summary = spec.summary
            (fixed.isRequired, fixed.defaultValue) = (true, nil)
            return fixed
          }))
    }
    guard let example else { throw ConfigError("there are no kinds to choose from", path: pathOf(key)) }
    let short = registry.kinds.filter { (try? read(.string($0), pathOf(key))) != nil }
    return try self.read(
      key, schema: .anyOf((short.isEmpty ? [] : [.names(short)]) + schemas), default: nil, example: example,
      summary: summary, decode: read)
  }

  /// An object that may be left out: then its defaults hold.
  package func section<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value {
    let empty = try readObject(.object([]), path: pathOf(key), readValue)
    guard isDescribing else {
      return try readSource(key, default: (empty.0, empty.1), summary: summary) { value, path throws(ConfigError) in
        try readObject(value, path: path, readValue)
      }
    }
    let (_, schema) = try describe(pathOf(key), readValue)
    return try read(key, schema: schema, default: (empty.0, empty.1), example: empty.0, summary: summary) {
      value, path throws(ConfigError) in
      try readObject(value, path: path, readValue)
    }
  }

  /// An object that may be absent altogether.
  package func optionalObject<Value>(
    _ key: String, _ summary: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> Value? {
    let schema = isDescribing ? try describe(pathOf(key), readValue).1 : .anything
    return try read(key, schema: schema, default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let (result, text) = try readObject(value, path: path, readValue)
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

  /// A thing of a registry under a key: an object whose `tag` names the kind; or that kind alone, as text, where
  /// nothing else has to be said of it and the tag is `type`.
  ///
  /// - Parameter standard: the registry, where ``registries`` have no other of its sort.
  package func variant<Kind, Product>(
    _ key: String, _ standard: Registry<Kind, Product>, tag: String = "type", default defaultKind: String? = nil,
    _ summary: String
  ) throws(ConfigError) -> Product {
    let registry = registries[default: standard]
    let schema = try describedSchema(of: registry, tag: tag, path: pathOf(key))
    let fallback: (Product, ConfigValue?)?
    let example: Product
    if let defaultKind {
      let (product, text) = try readVariant(
        .object([.init(tag, .string(defaultKind))]), registry, tag: tag, path: pathOf(key))
      (fallback, example) = ((product, text), product)
    } else {
      fallback = nil
      example = try registry.make(
        registry.kinds[0], from: FieldReader(describing: pathOf(key), registries: registries), path: pathOf(key))
    }
    return try read(key, schema: schema, default: fallback, example: example, summary: summary) {
      value, path throws(ConfigError) in
      // Null says that nothing is said.
      let said = value == .null ? defaultKind.map(ConfigValue.string) ?? value : value
      return try readVariant(said, registry, tag: tag, path: path)
    }
  }

  /// Reads an object with a reader of its own, that has the same ``registries``, and refuses unknown keys.
  package func readObject<Value>(
    _ value: ConfigValue, path: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> (Value, ConfigValue) {
    try Self.readObject(value, path: path, registries: registries, readValue)
  }

  /// Reads an object with a reader of its own and refuses unknown keys.
  package static func readObject<Value>(
    _ value: ConfigValue, path: String, registries: Registries = .standard,
    _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> (Value, ConfigValue) {
    let reader = try FieldReader(value, path: path, registries: registries)
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
  ///
  /// - Parameter standard: the registry, where ``registries`` have no other of its sort.
  package func readVariant<Kind, Product>(
    _ value: ConfigValue, _ standard: Registry<Kind, Product>, tag: String = "type", path: String
  ) throws(ConfigError) -> (Product, ConfigValue) {
    try Self.readVariant(value, registries[default: standard], tag: tag, path: path, registries: registries)
  }

  /// Reads a thing of a registry; things of the same sort within it are read with the same registry.
  package static func readVariant<Kind, Product>(
    _ value: ConfigValue, _ registry: Registry<Kind, Product>, tag: String = "type", path: String,
    registries: Registries = .standard
  ) throws(ConfigError) -> (Product, ConfigValue) {
    let registries = registries.with(registry)
    guard tag == "type" else {
      if case .string = value {
        throw ConfigError(
          "expected an object whose key '\(tag)' names the \(registry.noun) (\(registry.kinds.joined(separator: ", "))), found "
            + "text (\(value.excerpt))", path: path)
      }
      return try readLong(value, registry, tag: tag, path: path, registries: registries)
    }
    return try expandingShort(value, path: path) { value throws(ConfigError) in
      try readLong(value, registry, tag: tag, path: path, registries: registries)
    }
  }

  private static func readLong<Kind, Product>(
    _ value: ConfigValue, _ registry: Registry<Kind, Product>, tag: String, path: String, registries: Registries
  ) throws(ConfigError) -> (Product, ConfigValue) {
    try readObject(value, path: path, registries: registries) { reader throws(ConfigError) in
      let kind = try reader.text(tag, "the kind of \(registry.noun): \(registry.kinds.joined(separator: ", "))")
      return try registry.make(kind, from: reader, path: reader.pathOf(tag))
    }
  }

  /// Reads `"mse"` as `{"type": "mse"}`; the resolved config says the long form.
  ///
  /// - Parameter read: reads an object.
  private static func expandingShort<Value>(
    _ value: ConfigValue, path: String, _ read: (ConfigValue) throws(ConfigError) -> (Value, ConfigValue)
  ) throws(ConfigError) -> (Value, ConfigValue) {
    guard case .string(let kind) = value else { return try read(value) }
    do { return try read(.object([.init("type", value)])) } catch {
      var error = error
      // The text is what is wrong, not a key that nobody has written.
      if error.path == (path.isEmpty ? "type" : path + ".type") { error.path = path }
      if error.path == path, error.problem.hasPrefix("key '") {
        let key = error.problem.dropFirst("key '".count).prefix { $0 != "'" }
        error.problem =
          "'\(kind.excerpt(60))' alone does not say enough, \(error.problem); write {\"type\": \"\(kind.excerpt(60))\", \"\(key)\": …}"
      }
      throw error
    }
  }

  /// The schema of anything in a registry, where a reader describes; anything otherwise.
  ///
  /// - Parameter standard: the registry, where ``registries`` have no other of its sort.
  package func describedSchema<Kind, Product>(
    of standard: Registry<Kind, Product>, tag: String = "type", path: String
  ) throws(ConfigError) -> Schema {
    guard isDescribing else { return .anything }
    return try Self.schema(of: registries[default: standard], tag: tag, path: path, registries: registries)
  }

  /// The schema of anything in a registry.
  package static func schema<Kind, Product>(
    of registry: Registry<Kind, Product>, tag: String = "type", path: String, registries: Registries = .standard
  ) throws(ConfigError) -> Schema {
    let registries = registries.with(registry)
    let short = tag == "type" ? registry.kinds.filter { isShort($0, registry, path: path, registries) } : []
    var schemas: [Schema] = short.isEmpty ? [] : [.names(short)]
    for spec in registry.specs {
      let reader = FieldReader(describing: path, registries: registries)
      _ = try registry.make(spec.kind, from: reader, path: path)
      let tagProperty = Schema.Property(
        key: tag, schema: .fixed(spec.kind), defaultValue: nil, isRequired: true, summary: spec.summary)
      schemas.append(.object([tagProperty] + reader.properties))
    }
    return .anyOf(schemas)
  }

  /// Whether a kind's name says it all: there is a default for each of its keys.
  private static func isShort<Kind, Product>(
    _ kind: String, _ registry: Registry<Kind, Product>, path: String, _ registries: Registries
  ) -> Bool {
    (try? readVariant(.string(kind), registry, path: path, registries: registries)) != nil
  }

  private func describe<Value>(
    _ path: String, _ readValue: (FieldReader) throws(ConfigError) -> Value
  ) throws(ConfigError) -> (Value, Schema) {
    let reader = FieldReader(describing: path, registries: registries)
    let value = try readValue(reader)
    return (value, .object(reader.properties))
  }
}
