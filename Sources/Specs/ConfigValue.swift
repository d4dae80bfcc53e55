package import Foundation

/// A JSON value. Objects keep the order of their keys in memory and in text; ``parse(_:file:)`` sorts them.
package indirect enum ConfigValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([ConfigValue])
  case object([Member])

  /// One key of an object with its value.
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: ConfigValue

    package init(_ key: String, _ value: ConfigValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value of a key, where this is an object that has it.
  package subscript(key: String) -> ConfigValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// A word for the kind of value, as it appears in messages.
  package var kindName: String {
    switch self {
    case .null: "null"
    case .boolean: "true or false"
    case .integer, .number: "a number"
    case .string: "text"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The value as a short text for messages.
  package var excerpt: String {
    let text = compactText
    return text.count <= 60 ? text : String(text.prefix(57)) + "..."
  }
}

extension ConfigValue: Decodable {
  package init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: AnyKey.self) {
      var members: [Member] = []
      for key in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
        members.append(Member(key.stringValue, try container.decode(ConfigValue.self, forKey: key)))
      }
      self = .object(members)
      return
    }
    if var container = try? decoder.unkeyedContainer() {
      var values: [ConfigValue] = []
      while !container.isAtEnd { values.append(try container.decode(ConfigValue.self)) }
      self = .array(values)
      return
    }
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else {
      self = .string(try container.decode(String.self))
    }
  }

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Parses JSON text.
  ///
  /// - Parameters:
  ///   - data: UTF-8 JSON.
  ///   - file: the name that an error message shows.
  /// - Throws: ``ConfigError`` with the place where the text stops being JSON.
  package static func parse(_ data: Data, file: String) throws(ConfigError) -> ConfigValue {
    guard !data.isEmpty else { throw ConfigError("the file is empty; a JSON object is expected", file: file) }
    do {
      return try JSONDecoder().decode(ConfigValue.self, from: data)
    } catch let DecodingError.dataCorrupted(context) {
      let detail = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
      let text = (detail ?? context.debugDescription).split(whereSeparator: \.isNewline).joined(separator: " ")
      throw ConfigError("not valid JSON: \(text.trimmingSuffix("."))", file: file)
    } catch {
      throw ConfigError("not valid JSON", file: file)
    }
  }
}

extension String {
  /// The text without one ending, where it has it.
  func trimmingSuffix(_ ending: String) -> String { hasSuffix(ending) ? String(dropLast(ending.count)) : self }
}
