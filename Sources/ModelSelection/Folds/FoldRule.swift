package import Datasets

/// What folds heed of rows.
package enum FoldRule: Sendable, Equatable {
  /// Nothing: rows are dealt out at random.
  case rows
  /// Each fold has its share of every class.
  case classes([Int])
  /// Rows of one group stand in one fold.
  case groups([Int], count: Int)
  /// A fold's rows come later in time than all that are learned from (forward chaining).
  case time([Int], count: Int)

  /// - Parameters:
  ///   - keys: what the data were read with.
  ///   - classes: the class of each row, nil where targets are none.
  package init(_ request: FoldRequest, keys: FoldKeys?, classes: [Int]?) {
    switch (request, keys) {
    case (.groups, let keys?): self = .groups(keys.codes, count: keys.count)
    case (.time, let keys?): self = .time(keys.codes, count: keys.count)
    default: self = classes.map { .classes($0) } ?? .rows
    }
  }

  /// The word in files.
  package var word: String {
    switch self {
    case .rows: "rows"
    case .classes: "classes"
    case .groups: "groups"
    case .time: "time"
    }
  }
}
