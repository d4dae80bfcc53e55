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
  package var excerpt: String { compactText.excerpt(60) }
}

extension ConfigValue {
  /// Parses JSON text (RFC 8259). The keys of objects come sorted; a key that is there twice is an error.
  ///
  /// - Parameters:
  ///   - data: UTF-8 JSON.
  ///   - file: the name that an error message shows.
  ///   - comments: whether there may be some, as where a person writes the text.
  /// - Throws: ``ConfigError`` with the place where the text stops being JSON.
  package static func parse(
    _ data: Data, file: String, comments: JSONComments = .refused
  ) throws(ConfigError) -> ConfigValue {
    guard !data.isEmpty else { throw ConfigError("the file is empty; a JSON object is expected", file: file) }
    let bytes = [UInt8](data)
    if let signature = FileSignature.of(bytes), signature.isImportable {
      throw ConfigError(
        "this is \(signature.noun), and JSON in UTF-8 is expected; \(signature.wayOut(for: file))", file: file)
    }
    do {
      return try JSONParser.parse(bytes, comments: comments)
    } catch {
      let (line, column) = JSONParser.place(of: error.offset, in: bytes)
      throw ConfigError("not valid JSON: line \(line), column \(column): \(error.problem)", file: file)
    }
  }
}
