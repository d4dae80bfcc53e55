/// That the training source's rows are wanted for folds: all that are not the test part's, with what keeps them
/// together or orders them.
///
/// Rows of validation are among them, because folds have validation rows of their own; the test part is neither kept
/// nor read.
package enum FoldRequest: Sendable, Equatable {
  case rows
  /// Rows with one value of a column stay together.
  case groups(KeyName)
  /// Rows have an order in time, by a column.
  case time(KeyName)

  /// The column, and the option that names it.
  var column: (key: String, name: KeyName)? {
    switch self {
    case .rows: nil
    case .groups(let name): ("--groups", name)
    case .time(let name): ("--time", name)
    }
  }
}

/// For each row that folds are cut of the number of its group, by first appearance, or its place among the different
/// times.
package struct FoldKeys: Sendable, Equatable {
  package var codes: [Int]
  /// Different ones.
  package var count: Int
  /// The column in words.
  package var column: String

  package init(codes: [Int], count: Int, column: String) {
    (self.codes, self.count, self.column) = (codes, count, column)
  }
}

extension RowCutter {
  /// What keeps rows together or orders them; nil: nothing.
  ///
  /// - Parameter rows: those of the folds, ascending.
  /// - Throws: ``DataError`` where the column is not there, lacks a value, or has no order in time.
  func foldKeys(_ request: FoldRequest, rows: [Int]) throws(DataError) -> FoldKeys? {
    guard let (key, name) = request.column else { return nil }
    var cutter = self
    cutter.parts = [DataPart](repeating: .test, count: table.count)
    for row in rows { cutter.parts[row] = .train }
    let column = try column(name)
    try cutter.requireValues(column, name, key)
    let codes: [Int]
    if case .time = request {
      let ranks = try cutter.order(column, name, key).ranks
      codes = rows.map { ranks[Int(column.codes[$0])] }
    } else {
      let groupOfCode = groupOfCode(column)
      var places: [Int: Int] = [:]
      codes = rows.map { row in
        let group = groupOfCode[Int(column.codes[row])]
        if let known = places[group] { return known }
        places[group] = places.count
        return places.count - 1
      }
    }
    return FoldKeys(codes: codes, count: (codes.max() ?? -1) + 1, column: name.words)
  }
}
