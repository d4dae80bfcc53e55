internal import Specs

/// A column as a key of the config names it: by its name, or by its index where the source has no header.
package enum KeyName: Sendable, Hashable {
  case name(String)
  case index(Int)

  /// Its name, as a source without a header has it too.
  package var text: String {
    switch self {
    case .name(let name): name
    case .index(let index): String(index)
    }
  }

  /// It in words.
  package var words: String {
    switch self {
    case .name(let name): "column '\(name.excerpt(40))'"
    case .index(let index): "column \(index)"
    }
  }
}

/// A column that a source is to hand over beside its features, because parts are cut by it.
///
/// A format hands it over as a field with the role ``SourceField/Role/group`` and the column's name. It is a feature as
/// well only where the source lists it as one.
package struct KeyRequest: Sendable, Equatable {
  /// Where the config names it, like `data.test.group`.
  package var path: String
  package var column: KeyName

  package init(path: String, column: KeyName) {
    self.path = path
    self.column = column
  }
}

extension DataSink {
  /// Refuses a source without a column that is asked for, before its rows are read.
  func requireKeys() throws(DataError) {
    for request in context.keys {
      let name = request.column.text
      let isThere = fields.contains { $0.isKey && $0.name == name }
      guard !isThere else { continue }
      guard naming == .header else {
        throw .split(file: source.file, .withoutColumns(key: request.path, column: request.column.words))
      }
      throw .names(file: source.file, .unknownColumns([name], known: fields.map(\.name)))
    }
  }
}
