/// Where the names of a config stand: keys, kinds and allowed names with the paths that ``SchemaPlace`` follows.
package struct SchemaIndex {
  private var paths: [String: [String]] = [:]

  package init(root properties: [Schema.Property]) { add(.object(properties), at: "") }

  /// The paths that a name ends, or that allow it; those of the nearest name where nothing is called so.
  package func places(of name: String) -> [String] {
    if name.isEmpty { return [] }
    if let found = paths[name] { return found }
    return NearestName.of(name, among: paths.keys.sorted()).flatMap { paths[$0] } ?? []
  }

  private mutating func add(_ schema: Schema, at path: String) {
    let start = path.isEmpty ? "" : path + ".", alternatives = schema.alternatives
    let hasKinds = alternatives.contains { $0.tag != nil }
    for alternative in alternatives {
      if let kind = alternative.tag?.kind { note(kind, start + kind) }
      if case .names(let names) = alternative, !hasKinds { for name in names { note(name, path) } }
      if case .map(let element) = alternative { add(element, at: start + SchemaPlace.anyName) }
      for property in alternative.properties {
        if case .fixed = property.schema { continue }
        note(property.key, start + property.key)
        add(property.schema, at: start + property.key)
      }
    }
  }

  private mutating func note(_ name: String, _ path: String) {
    if paths[name]?.contains(path) != true { paths[name, default: []].append(path) }
  }
}
