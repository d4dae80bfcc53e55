/// A thing that config.json can name: a layer, a loss, an optimizer, a format, a metric …
///
/// The grammar of its keys is its initializer: each key is read once from ``FieldReader``, which checks it, records it for the
/// resolved config and describes it for the schema.
package protocol Spec: Sendable {
  /// The word in the config; also the word in logs and errors.
  static var kind: String { get }
  /// One line for `ptrain schema` and the docs.
  static var summary: String { get }
  /// At least two legal configs (JSON objects without the kind); the batteries of tests run on each.
  static var examples: [String] { get }
  /// Reads the keys. All keys are read unconditionally, so that the schema knows them.
  init(from fields: FieldReader) throws(ConfigError)
}

/// Every kind of one sort of thing, by name.
package struct Registry<Product>: Sendable {
  /// One kind and how it is made.
  package struct Entry: Sendable {
    package let kind: String
    package let summary: String
    package let make: @Sendable (FieldReader) throws(ConfigError) -> Product

    package init(
      _ kind: String, _ summary: String, make: @escaping @Sendable (FieldReader) throws(ConfigError) -> Product
    ) {
      self.kind = kind
      self.summary = summary
      self.make = make
    }
  }

  /// What these things are called in messages, like `layer`.
  package let noun: String
  package let entries: [Entry]
  /// Kinds that a later version knows.
  package let later: [String]

  package init(_ noun: String, _ entries: [Entry], later: [String] = []) {
    self.noun = noun
    self.entries = entries
    self.later = later
  }

  package var kinds: [String] { entries.map(\.kind) }

  /// Reads a thing of a given kind from its keys.
  package func make(_ kind: String, from fields: FieldReader, path: String) throws(ConfigError) -> Product {
    guard let entry = entries.first(where: { $0.kind == kind }) else {
      if later.contains(kind) {
        throw ConfigError(
          "\(noun) '\(kind)' is not in this version; known: \(kinds.joined(separator: ", "))", path: path)
      }
      throw ConfigError("unknown \(noun) '\(kind.excerpt(60))'; \(NearestName.hint(kind, among: kinds))", path: path)
    }
    return try entry.make(fields)
  }
}
