internal import Specs

/// What a config says of the columns of its training source, by name or by pattern.
///
/// A rule for an exact name wins over patterns, among these the one that says most: with the most characters besides
/// `*`, of equal ones the first in alphabetical order, for objects of JSON have none of their own. Rules are not
/// merged. In a pattern `*` stands for any characters.
package struct ColumnRules: Sendable, Equatable {
  /// One key of the object and its rule.
  package struct Entry: Sendable, Equatable {
    package var name: String
    package var rule: ColumnRule

    /// Whether a column has this very name, whatever signs are in it.
    fileprivate var isName = false

    package init(name: String, rule: ColumnRule) { (self.name, self.rule) = (name, rule) }

    var isPattern: Bool { !isName && name.contains("*") }
    /// Characters besides `*`.
    fileprivate var said: Int { name.utf8.count { $0 != UInt8(ascii: "*") } }
  }

  package private(set) var entries: [Entry] = []

  package init(_ entries: [Entry] = []) { self.entries = entries }

  package var isEmpty: Bool { entries.isEmpty }
  /// Whether a column is a target by its rule.
  package var nameTargets: Bool { entries.contains { $0.rule.role == .target } }

  /// The rule for a column, and whether it names the column itself.
  package func rule(of column: String) -> (rule: ColumnRule, isExact: Bool)? {
    if let exact = entries.first(where: { $0.name == column }) { return (exact.rule, true) }
    let matching = entries.filter { $0.isPattern && Self.matches(column, $0.name) }
    return matching.min { ($1.said, $0.name) < ($0.said, $1.name) }.map { ($0.rule, false) }
  }

  /// The transform that a rule names for a target, by its name or by a pattern that says the role.
  func targetTransform(of name: String) -> TargetTransform? {
    guard let found = rule(of: name), found.isExact || found.rule.role == .target else { return nil }
    return found.rule.transform.flatMap(TargetTransform.init)
  }

  /// The rules for a table of such columns: what is the name of one is no pattern.
  func naming(_ columns: [String]) -> ColumnRules {
    let names = Set(columns)
    var rules = self
    for index in entries.indices { rules.entries[index].isName = names.contains(entries[index].name) }
    return rules
  }

  /// The first name or pattern that is no column's.
  func unmatched(_ columns: [String]) -> Entry? {
    let names = Set(columns)
    return entries.first { entry in
      !names.contains(entry.name) && !(entry.isPattern && columns.contains { Self.matches($0, entry.name) })
    }
  }

  /// Whether a pattern matches a whole name.
  static func matches(_ name: String, _ pattern: String) -> Bool {
    let name = Array(name.utf8), pattern = Array(pattern.utf8), star = UInt8(ascii: "*")
    // Where the last star stands, and how much of the name it has taken.
    var place = 0, own = 0, restart: (own: Int, place: Int)?
    while place < name.count {
      if own < pattern.count, pattern[own] == star {
        restart = (own, place)
        own += 1
      } else if own < pattern.count, pattern[own] == name[place] {
        own += 1
        place += 1
      } else if let last = restart {
        restart = (last.own, last.place + 1)
        (own, place) = (last.own + 1, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[own...].allSatisfy { $0 == star }
  }
}

extension ColumnRules {
  /// Reads the key `columns` of `data`.
  init(from fields: FieldReader) throws(ConfigError) {
    let describing = FieldReader(describing: fields.pathOf("columns"))
    _ = try ColumnRule(from: describing)
    self = try fields.read(
      "columns", schema: .map(.object(describing.properties)), default: (ColumnRules(), nil), example: ColumnRules(),
      summary:
        "what the training source's columns are, by name or by a pattern with * (exact names win, among patterns the longest); "
        + "what is not said is read from the cells and stated"
    ) { value, path throws(ConfigError) in
      guard case .object(let members) = value else {
        throw ConfigError(
          "expected an object with an entry for each column, like {\"age\": {\"missing\": \"median\"}}, found \(value.kindName) (\(value.excerpt))",
          path: path)
      }
      var entries: [Entry] = [], texts: [ConfigValue.Member] = [], seen: Set<String> = []
      for member in members {
        let name = member.key.trimmed, own = "\(path).\(member.key.excerpt(60))"
        guard seen.insert(name).inserted else { throw ConfigError("the column is named twice; keep one", path: own) }
        let (rule, text) = try FieldReader.readObject(member.value, path: own) { fields throws(ConfigError) in
          try ColumnRule(from: fields)
        }
        entries.append(Entry(name: name, rule: rule))
        texts.append(.init(member.key, text))
      }
      return (ColumnRules(entries), .object(texts))
    }
  }
}
