extension ColumnPlan {
  /// Plans the columns that parts are cut by.
  ///
  /// - Parameter columns: their places, as ``columns(of:names:naming:file:)`` has found them.
  /// - Throws: ``DataError`` where one is a target.
  mutating func add(_ requests: [KeyRequest], at columns: [Int], file: String) throws(DataError) {
    for (request, column) in zip(requests, columns) {
      guard !targets.contains(column) else {
        throw .split(file: file, .cutByTarget(key: request.path, column: request.column.words))
      }
      guard !keys.contains(where: { $0.column == column }) else { continue }
      // What is missing is told where parts are cut.
      keys.append(Key(column: column, role: .group, missing: .zero))
    }
  }

  /// The places of columns that parts are cut by.
  ///
  /// - Parameter names: of the file's columns.
  /// - Throws: ``DataError`` where one is not there, or is named in the other way.
  static func columns(
    of requests: [KeyRequest], names: [String], naming: Naming, file: String
  ) throws(DataError) -> [Int] {
    var columns: [Int] = [], unknown: [String] = []
    for request in requests {
      let words = request.column.words
      switch request.column {
      case .name(let name):
        guard naming == .header else { throw .split(file: file, .nameWithoutHeader(key: request.path, column: words)) }
        if let column = names.firstIndex(of: name) { columns.append(column) } else { unknown.append(name) }
      case .index(let index):
        guard naming != .header else { throw .split(file: file, .indexWithHeader(key: request.path, column: words)) }
        guard index < names.count else { throw .columnOutOfRange(file: file, index: index, count: names.count) }
        columns.append(index)
      }
    }
    guard unknown.isEmpty else { throw .names(file: file, .unknownColumns(unknown, known: names)) }
    return columns
  }
}
