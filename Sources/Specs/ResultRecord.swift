// What a run's result files hold: `summary.json`, `metrics.jsonl`, what `bench --json` prints. Types say once how they
// become JSON, and those that are read again say how; nobody else spells the keys.

/// A number, a text, a list of such, or a record of such under keys, as a result file has it.
package protocol ResultEncodable: Sendable {
  /// As JSON; a record's keys come in the order in which they are written.
  var json: ConfigValue { get }
}

/// What is read back from a result file, of an earlier build too.
package protocol ResultDecodable: Sendable {
  /// nil where the value is not of this type.
  init?(json: ConfigValue)
}

extension [ConfigValue.Member] {
  /// A record's keys with their values, in order; what is nil is left out.
  package static func record(_ fields: KeyValuePairs<String, (any ResultEncodable)?>) -> [ConfigValue.Member] {
    fields.compactMap { field in field.value.map { ConfigValue.Member(field.key, $0.json) } }
  }
}

extension ConfigValue {
  /// An object of some keys in order; what is nil is left out.
  package static func record(_ fields: KeyValuePairs<String, (any ResultEncodable)?>) -> ConfigValue {
    .object(.record(fields))
  }

  /// The value of a record's key; nil where there is none of this type.
  package func field<Value: ResultDecodable>(_ key: String) -> Value? { self[key].flatMap(Value.init(json:)) }
}

extension Optional where Wrapped: ResultEncodable {
  /// The value, or null: a key that is always there.
  package var orNull: ConfigValue { self?.json ?? .null }
}

extension ConfigValue: ResultEncodable {
  package var json: ConfigValue { self }
}

extension String: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .string(self) }

  package init?(json: ConfigValue) {
    guard case .string(let text) = json else { return nil }
    self = text
  }
}

extension Bool: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .boolean(self) }

  package init?(json: ConfigValue) {
    guard case .boolean(let value) = json else { return nil }
    self = value
  }
}

extension Int: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .integer(self) }

  package init?(json: ConfigValue) {
    guard case .integer(let number) = json else { return nil }
    self = number
  }
}

extension Double: ResultEncodable, ResultDecodable {
  /// JSON knows neither NaN nor infinity: they are null.
  package var json: ConfigValue { isFinite ? .number(self) : .null }

  package init?(json: ConfigValue) {
    switch json {
    case .number(let number): self = number
    case .integer(let number): self = Double(number)
    default: return nil
    }
  }
}

extension Array: ResultEncodable where Element: ResultEncodable {
  package var json: ConfigValue { .array(map(\.json)) }
}

extension Array: ResultDecodable where Element: ResultDecodable {
  /// nil where one of the values is not of the type.
  package init?(json: ConfigValue) {
    guard case .array(let values) = json else { return nil }
    let elements = values.compactMap(Element.init(json:))
    guard elements.count == values.count else { return nil }
    self = elements
  }
}
