/// A thing that config.json can name: a layer, a loss, an optimizer, a format, a metric …
///
/// The grammar of its keys is its initializer: each key is read once from ``FieldReader``, which checks it, records it
/// for the resolved config and describes it for the schema.
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

/// All kinds of one sort of thing, such as losses: the standard ones, and those that are added.
///
/// A value: `LossRegistry.standard.adding(Mine.self)` is another registry, and the standard one stays what it is. A
/// config is read with it where its reader is handed it, alone or with those of other sorts in ``Registries``.
///
/// - Kind: the type of a kind's type, `any LossSpec.Type`.
/// - Product: what reading the keys of a kind gives, `any LossSpec`.
package struct Registry<Kind: Sendable, Product>: Sendable {
  /// What these things are called in messages, like `layer`.
  package let noun: String
  /// The kinds, in the order of lists and schemas.
  package private(set) var all: [Kind]
  /// Kinds that a later version knows.
  package let later: [String]
  private let spec: @Sendable (Kind) -> any Spec.Type
  private let read: @Sendable (Kind, FieldReader) throws(ConfigError) -> Product

  /// - Parameters:
  ///   - all: the kinds, no two of one name.
  ///   - spec: the kind as what all sorts have in common.
  ///   - read: reads the keys of a kind.
  package init(
    _ noun: String, _ all: [Kind], later: [String] = [], spec: @escaping @Sendable (Kind) -> any Spec.Type,
    read: @escaping @Sendable (Kind, FieldReader) throws(ConfigError) -> Product
  ) {
    (self.noun, self.all, self.later, self.spec, self.read) = (noun, all, later, spec, read)
    precondition(Set(kinds).count == all.count, "two kinds of \(noun) have one name")
  }

  /// The words that a config may use.
  package var kinds: [String] { all.map { spec($0).kind } }

  /// The kinds as what all sorts have in common.
  package var specs: [any Spec.Type] { all.map(spec) }

  /// The registry with one more kind.
  /// - Throws: ``ConfigError`` where there is a kind of this name.
  package func adding(_ kind: Kind) throws(ConfigError) -> Registry {
    let name = spec(kind).kind
    guard !kinds.contains(name) else {
      throw ConfigError("there is a \(noun) '\(name.excerpt(60))' already; give the added one another name")
    }
    var more = self
    more.all.append(kind)
    return more
  }

  /// The kind of a name.
  package func kind(named name: String) -> Kind? { all.first { spec($0).kind == name } }

  /// Reads a thing of a given kind from its keys.
  package func make(_ kind: String, from fields: FieldReader, path: String) throws(ConfigError) -> Product {
    guard let found = self.kind(named: kind) else {
      if later.contains(kind) {
        throw ConfigError(
          "\(noun) '\(kind)' is not in this version; known: \(kinds.joined(separator: ", "))", path: path)
      }
      throw ConfigError("unknown \(noun) '\(kind.excerpt(60))'; \(NearestName.hint(kind, among: kinds))", path: path)
    }
    return try read(found, fields)
  }
}
