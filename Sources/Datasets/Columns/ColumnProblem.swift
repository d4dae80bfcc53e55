internal import Specs

/// Rules of `data.columns` that do not fit the columns of the training source or the other keys.
package enum ColumnProblem: Sendable, Equatable {
  /// A name or pattern that is no column's.
  case unknown(String, known: [String])
  /// A role beside another that a key of the source states.
  case role(column: String, ColumnRule.Role, key: String)
  /// A role that a key of the source gives to others alone.
  case roleOfOthers(column: String, ColumnRule.Role, key: String)
  /// A rule for a column that `features` does not list.
  case notListed(column: String)
  /// Another kind beside `categorical`.
  case kind(column: String, ColumnRule.Kind)
  case severalWeights(String, String)
  /// A key that does not go with the column's role or kind.
  case key(column: String, key: String, problem: String)
  /// The source has no named columns.
  case noNames
  /// The format follows no rules.
  case notFollowed

  var words: String {
    switch self {
    case .unknown(let name, let known):
      name.contains("*")
        ? "the pattern matches no column; known: \(Self.list(known))"
        : "there is no such column; \(NearMiss.hint(name, among: known, shown: Self.short(known)))"
    case .role(_, let role, let key):
      "the column is listed under '\(key)' of the training source, and its role here is \(role.rawValue); take one of them out"
    case .roleOfOthers(_, let role, let key):
      "the role here is \(role.rawValue), and '\(key)' of the training source lists others; add the column there, or leave '\(key)' out"
    case .notListed:
      "'features' of the training source does not list the column; add it there, or take the rule out"
    case .kind(_, let kind):
      "the column is listed under 'categorical' of the training source, and its kind here is \(kind.rawValue); take one of them out"
    case .severalWeights(let first, let second):
      "columns '\(first.excerpt(40))' and '\(second.excerpt(40))' have the role weight; a row has one weight"
    case .key(_, _, let problem): problem
    case .notFollowed:
      "the format of the training source does not follow rules of columns in this version; take the key out"
    case .noNames: "the training source is an array, whose columns have no names; take the key out"
    }
  }

  /// The path of the key that is at fault.
  var path: String {
    switch self {
    case .unknown(let column, _), .notListed(let column): "data.columns.\(column.excerpt(60))"
    case .role(let column, _, _), .roleOfOthers(let column, _, _): "data.columns.\(column.excerpt(60)).role"
    case .kind(let column, _): "data.columns.\(column.excerpt(60)).kind"
    case .key(let column, let key, _): "data.columns.\(column.excerpt(60)).\(key)"
    case .severalWeights, .noNames, .notFollowed: "data.columns"
    }
  }

  private static func short(_ names: [String]) -> [String] {
    let short = names.prefix(24).map { $0.excerpt(40) }
    return names.count <= 24 ? short : short + ["… (\(names.count) in all)"]
  }

  private static func list(_ names: [String]) -> String { short(names).joined(separator: ", ") }
}
