package import Specs

extension ColumnWarning {
  /// The rule that leaves a column out.
  static let drop = [ConfigValue.Member("role", .string("drop"))]
  /// The rule for many different words.
  static let pooled: [ConfigValue.Member] = [
    .init("kind", .string("categorical")), .init("rare_below", .integer(10)), .init("unknown", .string("other")),
  ]

  /// What keeps a column from being read as a feature of which nothing is said; nil: nothing.
  package static func problem(of survey: ColumnSurvey) -> ColumnWarning? {
    let name = survey.name, quoted = "column '\(name.excerpt(40))'"
    func warning(_ words: String, _ rule: [ConfigValue.Member]?) -> ColumnWarning {
      ColumnWarning(
        column: name, words: "\(quoted) \(words)",
        fragment: rule.map { .object([.init(name, .object($0))]) })
    }
    let found = survey.firstPlainWord ?? survey.firstWord
    let holes =
      "misses \(survey.missing) of \(survey.rows) values (first in line \(survey.firstMissingLine)): say what stands for them"
    let example = found.map { "'\($0.text.excerpt(30))' in line \($0.line)" } ?? ""
    switch InferredKind(survey) {
    case .empty: return warning("has no value in any row: drop it", Self.drop)
    case .nearlyNumeric:
      let others = survey.present - survey.numbers
      return warning(
        "holds numbers, but for \(others) of \(survey.present) cells (\(example)): where these stand for missing values, add "
          + "\"missing_values\": \(ConfigValue.array(survey.strangers.prefix(4).map(ConfigValue.string)).compactText) to the data source",
        [.init("missing", .string("median"))])
    case .otherStyle(let cause):
      let first = survey.firstOfStyle[cause] ?? found
      let rule = StyleAdvice.rule(survey)
      let advice =
        rule == nil
        ? "no one style reads all of its cells: mend the file, or drop the column"
        : StyleAdvice.isGuess(survey)
          ? "say how; its commas may separate thousands, as below, or be decimal signs (\"decimal\": \",\")" : "say how"
      return warning(
        "holds numbers that are written in another way ('\(first?.text.excerpt(30) ?? "")' in line \(first?.line ?? 0)): \(advice)",
        rule)
    case .identifier:
      return warning(
        "has \(Self.count(survey)) different words in \(survey.present) rows (\(example)), as names of rows have: drop it",
        Self.drop)
    case .text:
      return warning("holds prose (\(example)), which a network of this kind cannot read: drop it", Self.drop)
    case .manyCategories:
      return warning(
        "has \(Self.count(survey)) different words in \(survey.present) rows (\(example)): drop it, or pool the rare ones",
        Self.pooled)
    case .numeric, .date:
      return survey.missing == 0
        ? nil
        : warning(
          holes,
          [.init("missing", .string("median")), .init("indicator", .boolean(true))])
    case .categorical, .boolean:
      return survey.missing == 0
        ? nil
        : warning(
          holes,
          [.init("missing", .string("category"))])
    }
  }

  private static func count(_ survey: ColumnSurvey) -> String {
    survey.distinctIsMore ? "more than \(survey.distinctCount - 1)" : "\(survey.distinctCount)"
  }

  /// What mends all of some columns, as the value of `data.columns`; nil: nothing does.
  package static func fragment(of warnings: [ColumnWarning]) -> ConfigValue? {
    var members: [ConfigValue.Member] = []
    for case .object(let own)? in warnings.map(\.fragment) {
      for member in own where !members.contains(where: { $0.key == member.key }) { members.append(member) }
    }
    return members.isEmpty ? nil : .object(members)
  }
}

extension ColumnSurvey {
  /// The different cells that are neither missing nor numbers, in order, as far as cells are told apart.
  package var strangers: [String] { distinct.keys.filter { LabelKind.number($0) == nil }.sorted() }
}
