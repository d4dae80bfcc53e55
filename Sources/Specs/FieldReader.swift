/// Reads the keys of one config object strictly, and remembers what it read.
///
/// Every read checks type and range, records the value (defaults filled in) for the resolved config, and describes the
/// key for the schema. In describing mode there is no source: every read returns its default or a legal example.
package final class FieldReader {
  /// The JSON path of the object, empty at the root.
  package let path: String
  private let source: [ConfigValue.Member]
  package let isDescribing: Bool
  /// The kinds that may be named in this object, and in those within it.
  package let registries: Registries
  package private(set) var properties: [Schema.Property] = []
  /// The values read so far, defaults filled in, in reading order.
  package private(set) var resolved: [ConfigValue.Member] = []
  private var lateKeys: [String] = []

  /// A reader over a config object.
  package init(_ value: ConfigValue, path: String, registries: Registries = .standard) throws(ConfigError) {
    guard case .object(let members) = value else {
      throw ConfigError("expected an object, found \(value.kindName) (\(value.excerpt))", path: path)
    }
    source = members
    self.path = path
    self.registries = registries
    isDescribing = false
  }

  /// A reader that describes what would be read.
  package init(describing path: String, registries: Registries = .standard) {
    source = []
    self.path = path
    self.registries = registries
    isDescribing = true
  }

  /// A reader of this object's keys with some replaced and some left out, at another path for messages.
  package func overlaid(
    with changes: [ConfigValue.Member], without left: Set<String>, path: String
  ) throws(ConfigError) -> FieldReader {
    var members = source.filter { member in
      !left.contains(member.key) && !changes.contains { $0.key == member.key }
    }
    members += changes
    return try FieldReader(.object(members), path: path, registries: registries)
  }

  /// The path of a key of this object.
  package func pathOf(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// An error at a key of this object.
  package func error(_ key: String, _ problem: String) -> ConfigError { ConfigError(problem, path: pathOf(key)) }

  /// Whether the source has the key; null is absence said aloud.
  package func has(_ key: String) -> Bool { source.contains { $0.key == key && $0.value != .null } }

  /// Declares keys that a later version reads; they are refused as such.
  package func later(_ keys: String...) { lateKeys += keys }

  /// Ends the reading.
  /// - Throws: ``ConfigError`` for the first key that nobody has read.
  package func finish() throws(ConfigError) {
    let known = properties.map(\.key)
    for member in source where !known.contains(member.key) {
      if lateKeys.contains(member.key) { throw error(member.key, "this key is not in this version; remove it") }
      throw error(member.key, "unknown key; \(NearestName.hint(member.key, among: known))")
    }
  }

  /// Refuses a key that was not read and is nearly one that was; others may be read later.
  func requireNoMisspelling() throws(ConfigError) {
    let known = properties.map(\.key)
    for member in source where !known.contains(member.key) && NearestName.of(member.key, among: known) != nil {
      throw error(member.key, "unknown key; \(NearestName.hint(member.key, among: known))")
    }
  }

  /// The object with defaults filled in.
  package var resolvedObject: ConfigValue { .object(resolved) }

  /// Leaves keys that were read out of the resolved config.
  package func leaveOut(_ keys: String...) { resolved.removeAll { keys.contains($0.key) } }

  /// Replaces what the resolved config says of a key, for values that are settled later than they are read.
  package func resolve(_ key: String, as value: ConfigValue) {
    if let index = resolved.firstIndex(where: { $0.key == key }) {
      resolved[index].value = value
    } else {
      resolved.append(.init(key, value))
    }
  }

  /// Reads one key: the primitive under all typed reads.
  ///
  /// - Parameters:
  ///   - example: the value in describing mode, where there is no default.
  ///   - decode: turns the JSON value at a path into the wanted value, and says what the resolved config shows.
  package func read<Value>(
    _ key: String, schema: Schema, default standard: (value: Value, text: ConfigValue?)?, example: Value,
    summary: String,
    decode: (ConfigValue, String) throws(ConfigError) -> (Value, ConfigValue)
  ) throws(ConfigError) -> Value {
    guard isDescribing else { return try readSource(key, default: standard, summary: summary, decode: decode) }
    properties.append(
      .init(
        key: key, schema: schema, defaultValue: standard?.text, isRequired: standard == nil, summary: summary))
    return standard?.value ?? example
  }

  /// Reads one key of the source; of its description only the name is kept, so that schemas need not be made.
  func readSource<Value>(
    _ key: String, default standard: (value: Value, text: ConfigValue?)?, summary: String,
    decode: (ConfigValue, String) throws(ConfigError) -> (Value, ConfigValue)
  ) throws(ConfigError) -> Value {
    properties.append(
      .init(
        key: key, schema: .anything, defaultValue: standard?.text, isRequired: standard == nil, summary: summary))
    guard let value = source.first(where: { $0.key == key })?.value else {
      guard let standard else { throw ConfigError("key '\(key)' is required: \(summary)", path: path) }
      if let text = standard.text { resolved.append(.init(key, text)) }
      return standard.value
    }
    if value == .null, let standard, standard.text == nil { return standard.value }
    let (result, text) = try decode(value, pathOf(key))
    resolved.append(.init(key, text))
    return result
  }
}
