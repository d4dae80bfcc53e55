/// A place in what a config may contain, named by a key path like `optimizer.schedule` or `data.train.csv`.
package struct SchemaPlace: Sendable {
  /// As it was walked: keys and kinds with dots between.
  package let path: String
  package let schema: Schema
  /// The key that holds it; nil at the root and at a kind.
  package let property: Schema.Property?
  /// What the key is in each kind that has it: one where it is the same in all, none where it is no key of kinds.
  let variants: [Variant]

  /// A key as some kinds have it.
  struct Variant: Sendable {
    var kinds: [String]
    var property: Schema.Property
  }

  /// What stands for a key that the user chooses.
  static let anyName = "NAME"

  /// The root of a config.
  package init(root properties: [Schema.Property]) {
    (path, schema, property, variants) = ("", .object(properties), nil, [])
  }

  private init(
    _ path: String, _ schema: Schema, _ property: Schema.Property?, variants: [Variant] = []
  ) {
    (self.path, self.schema, self.property, self.variants) = (path, schema, property, variants)
  }

  /// The place that a path leads to from here: keys with dots between, and kinds, behind which their own keys are
  /// looked for. Indices of lists like `[0]` may be there or not.
  ///
  /// - Throws: ``ConfigError`` of exit code 64 for a key that is not there, naming the nearest one.
  package func following(_ path: String) throws(ConfigError) -> SchemaPlace {
    var place = self
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      let name = String(part.prefix { $0 != "[" })
      let index = part.dropFirst(name.count)
      guard index.isEmpty || index.wholeMatch(of: /(\[[0-9]*\])+/) != nil else {
        throw ConfigError(
          "'\(String(part).excerpt(60))' is not a key; expected keys with dots between, like data.train",
          path: place.path,
          exitCode: .usage)
      }
      // An index alone stays where it is.
      if !name.isEmpty || index.isEmpty { place = try place.step(name) }
    }
    return place
  }

  /// A key of several kinds, grouped by what it is there.
  private func variants(of key: String) -> [Variant] {
    var variants: [Variant] = []
    for alternative in schema.alternatives {
      guard let kind = alternative.tag?.kind, let found = alternative.properties.first(where: { $0.key == key }) else {
        continue
      }
      if let index = variants.firstIndex(where: { SchemaWords.isAlike($0.property, found) }) {
        variants[index].kinds.append(kind)
      } else {
        variants.append(Variant(kinds: [kind], property: found))
      }
    }
    return variants
  }

  private func step(_ name: String) throws(ConfigError) -> SchemaPlace {
    let next = path.isEmpty ? name : path + "." + name, alternatives = schema.alternatives
    let properties = alternatives.flatMap(\.properties), found = properties.filter { $0.key == name && $0.tag == nil }
    if let first = found.first {
      var schemas: [Schema] = []
      for schema in found.map(\.schema) where !schemas.contains(where: { $0.json == schema.json }) {
        schemas.append(schema)
      }
      return SchemaPlace(next, schemas.count == 1 ? schemas[0] : .anyOf(schemas), first, variants: variants(of: name))
    }
    if let kind = alternatives.first(where: { $0.tag?.kind == name }) { return SchemaPlace(next, kind, nil) }
    for case .map(let element) in alternatives { return SchemaPlace(next, element, nil) }
    var known: [String] = []
    for key in properties.map({ $0.tag?.kind ?? $0.key }) where !known.contains(key) { known.append(key) }
    let place = path.isEmpty ? "a config" : "'\(path)'"
    guard !known.isEmpty else {
      throw ConfigError("\(place) has no keys, so there is no '\(next.excerpt(60))'", exitCode: .usage)
    }
    throw ConfigError(
      "\(place) has no key '\(name.excerpt(60))'; \(NearestName.hint(name, among: known))", exitCode: .usage)
  }
}

extension Schema {
  /// What may stand here: of several the alternatives, of a list those of its entries.
  var alternatives: [Schema] {
    switch self {
    case .anyOf(let schemas): schemas.flatMap(\.alternatives)
    case .list(let element): element.alternatives
    default: [self]
    }
  }

  /// The keys of an object.
  var properties: [Property] { if case .object(let properties) = self { properties } else { [] } }

  /// The key that names an object's kind, with the kind; nil where it has none.
  var tag: (key: String, kind: String, summary: String)? {
    properties.lazy.compactMap { property in property.tag.map { (property.key, $0.kind, property.summary) } }.first
  }
}

extension Schema.Property {
  /// The kind that the property names; nil where it is a key like any other.
  fileprivate var tag: (key: String, kind: String)? { if case .fixed(let kind) = schema { (key, kind) } else { nil } }
}
