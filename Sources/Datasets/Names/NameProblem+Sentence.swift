internal import Specs

extension NameProblem {
  /// What is wrong and the way out, to stand behind the file's name.
  var words: String {
    switch self {
    case .numbersForNames(let training, let isPossible):
      training.isEmpty
        ? "line 1 should name the columns but holds only numbers; if the file has no header, set 'header' to false\(isPossible ? ", and if the numbers are the names, set it to true" : "")"
        : "line 1 holds only numbers, not the names of the training source's columns (\(Self.list(training))); if the file has no header, set 'header' to false, and its columns count in that order"
    case .headerUnannounced(let training):
      "line 1 holds the names of the \(training ? "training source's columns" : "columns, 0 and up"), but 'header' is false; set 'header' to true (if the line is a row of data, put another row first)"
    case .textUnannounced(let first):
      "line 1 ('\(first.excerpt(40))', …) holds only text and looks like a header, but 'header' is false; set 'header' to true and give columns by name"
    case .unknownColumns(let names, let known):
      names.count == 1
        ? "has no column '\(names[0].excerpt(40))'; \(NearMiss.hint(names[0], among: known, shown: Self.short(known)))"
        : "has no columns \(Self.quoted(names)); \(Self.hints(names, among: known))"
    case .missingColumns(let names, let known):
      names.count == 1
        ? "has no column '\(names[0].excerpt(40))', a feature of the training source; \(NearMiss.hint(names[0], among: known, shown: Self.short(known)))"
        : "has no columns \(Self.quoted(names)), features of the training source; \(Self.hints(names, among: known))"
    case .otherFeatures(let found, let expected):
      "'features' names \(Self.quoted(found)), but the training source's are \(Self.quoted(expected)); leave the key out, they are found by name"
    case .columnCountsDiffer(let found, let expected, let names):
      "has \(found) \(found == 1 ? "column" : "columns") for features, the training source has \(expected)\(names.isEmpty ? "" : " (\(Self.list(names)))"); list as many under 'features', in that order"
    case .featureInOtherRole(let column, let role):
      "'\(role)' names '\(column.excerpt(40))', a feature of the training source; name another column"
    case .numbersHere(let column):
      "'categorical' names '\(column.excerpt(40))', a column of numbers in the training source, which decides; take it from the list"
    case .categoriesWithoutColumns:
      "'categorical' cannot be used here: the training source is an array of numbers, without categories; give the columns of 0 and 1 instead"
    case .doubled(let column): "two columns are named '\(column.excerpt(40))'; rename one"
    case .otherHeader(let first, let missing, let extra):
      "does not have the columns of \(first.oneLine): "
        + [
          missing.isEmpty ? nil : "\(Self.quoted(missing)) \(missing.count == 1 ? "is" : "are") missing",
          extra.isEmpty ? nil : "\(Self.quoted(extra)) \(extra.count == 1 ? "is" : "are") not there",
        ].compactMap { $0 }.joined(separator: ", ")
        + "; all files of a source begin with a header of the same names, in any order"
    case .kindsDiffer(let column, let found, let expected):
      "column '\(column.excerpt(40))' holds \(found), and \(expected) in the training source, which decides; give it as it is there"
    case .unknownArray(let name, let noun, let known):
      "has no \(noun) '\(name.excerpt(40))'; \(NearMiss.hint(name, among: known, shown: Self.short(known)))"
    case .targetsDiffer(let missing, let extra):
      if missing.isEmpty {
        "'targets' names \(Self.quoted(extra)), which \(extra.count == 1 ? "is no target" : "are no targets") of the training source; take \(extra.count == 1 ? "it" : "them") from the list"
      } else if extra.isEmpty {
        "'targets' lacks \(Self.quoted(missing)), which the training source has; add \(missing.count == 1 ? "it" : "them") to the list"
      } else {
        "'targets' names \(Self.quoted(extra)), where the training source has \(Self.quoted(missing)); \(NearMiss.of(extra[0], among: missing).map { "did you mean '\($0.excerpt(40))'? " } ?? "")they are matched by name, in any order"
      }
    case .otherTarget(let found, let expected):
      "'targets' names '\(found.excerpt(40))', but the training source's target is '\(expected.excerpt(40))', a column here too; name that one"
    case .missingRoles(let names, let role, let known):
      names.count == 1
        ? "has no column '\(names[0].excerpt(40))', \(role), and an evaluation needs it; \(NearMiss.hint(names[0], among: known, shown: Self.short(known)))"
        : "has no columns \(Self.quoted(names)), \(role), and an evaluation needs them; \(Self.hints(names, among: known))"
    case .twins(let place, let what, let first, let second):
      "\(place): the \(what) '\(second.excerpt(40))' differs from '\(first.excerpt(40))' only in white space around it; write both alike"
    case .rowsChanged(let found, let expected):
      "has \(found) rows, and had \(expected) when the model was trained; which of them were its test rows cannot be told any more; give --data SOURCE.json"
    }
  }

  private static func short(_ names: [String]) -> [String] {
    let short = names.prefix(24).map { $0.excerpt(40) }
    return names.count <= 24 ? short : short + ["… (\(names.count) in all)"]
  }

  private static func list(_ names: [String]) -> String { short(names).joined(separator: ", ") }

  private static func quoted(_ names: [String]) -> String {
    let short = names.prefix(24).map { "'\($0.excerpt(40))'" }
    return (names.count <= 24 ? short : short + ["… (\(names.count) in all)"]).joined(separator: ", ")
  }

  /// `did you mean 'A' for 'a', 'B' for 'b'? known: A, B`.
  private static func hints(_ names: [String], among known: [String]) -> String {
    let meant = names.prefix(24).compactMap { name in
      NearMiss.of(name, among: known).map { "'\($0.excerpt(40))' for '\(name.excerpt(40))'" }
    }
    return (meant.isEmpty ? "" : "did you mean \(meant.joined(separator: ", "))? ") + "known: \(list(known))"
  }
}
