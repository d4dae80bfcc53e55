internal import Specs

extension ColumnPlan {
  /// The plan of a training source.
  ///
  /// - Parameters:
  ///   - keys: those of the source.
  ///   - missing: what is done with missing cells of columns that say nothing else.
  ///   - surveys: of the columns whose cells were looked at.
  ///   - declared: kinds that the source itself states.
  ///   - requests: columns that parts are cut by; they are features only where keys or rules say so.
  ///   - cutsParts: whether other parts than the training part are among the rows.
  /// - Throws: ``DataError/columns(file:_:)`` where rules fit neither the columns nor the keys.
  init(
    training names: [String], keys: Keys, rules: ColumnRules, missing: MissingPolicy,
    surveys: [Int: ColumnSurvey] = [:],
    declared: [Int: ColumnRule.Kind] = [:], requests: [KeyRequest] = [], cutsParts: Bool = false,
    naming: Naming = .header, file: String
  ) throws(DataError) {
    self.init(names: names)
    let rules = rules.naming(names), cutting = try Self.columns(of: requests, names: names, naming: naming, file: file)
    if let entry = rules.unmatched(names) {
      throw .columns(file: file, .unknown(entry.name, known: names))
    }
    var order: [Int] = []
    for column in names.indices {
      let found = rules.rule(of: names[column])
      switch try role(column, keys, found, cutting.contains(column), file) {
      case .feature: order.append(column)
      case .target:
        if !keys.targets.contains(column) { targets.append(column) }
      case .weight:
        if let weight { throw .columns(file: file, .severalWeights(names[weight], names[column])) }
        weight = column
        if keys.weight != column { weightColumn = WeightColumn(name: names[column]) }
      case .group, .id:
        let isGroup = found?.rule.role == .group
        self.keys.append(
          Key(
            column: column, role: isGroup ? .group : .id,
            // An id may be missing. No row is left out for its group: other sources, which need none, would keep it.
            missing: isGroup && (missing != .dropRow || found?.rule.missing == .error) ? .error : .zero))
      case .drop: break
      }
    }
    targets = keys.targets + targets
    try add(requests, at: cutting, file: file)
    try settleTargets(rules, file)
    for column in keys.features ?? order {
      var found = rules.rule(of: names[column])
      if let kind = declared[column], found?.rule.kind == nil, !keys.categorical.contains(column) {
        var rule = found?.rule ?? ColumnRule()
        rule.kind = kind
        found = (rule, found?.isExact ?? false)
      }
      try add(column, keys, found, missing, surveys[column], file)
    }
    guard !features.isEmpty || !refused.isEmpty else { throw .noFeatureColumns(file: file) }
    notes = kindNotes(cutsParts: cutsParts)
  }

  // MARK: - Roles

  private func role(
    _ column: Int, _ keys: Keys, _ found: (rule: ColumnRule, isExact: Bool)?, _ isCutting: Bool, _ file: String
  ) throws(DataError) -> ColumnRule.Role {
    let name = names[column], said = found?.rule.role
    func contradiction(_ problem: ColumnProblem) -> DataError { .columns(file: file, problem) }
    for (isListed, own, key) in [
      (keys.targets.contains(column), ColumnRule.Role.target, "targets"),
      (keys.weight == column, .weight, "sample_weight"),
      (keys.features?.contains(column) == true, .feature, "features"),
      (keys.categorical.contains(column), .feature, "categorical"),
    ] where isListed {
      // A key names the column itself, and wins over a pattern.
      if let said, said != own, found?.isExact == true { throw contradiction(.role(column: name, said, key: key)) }
      return own
    }
    switch said {
    case .target where !keys.targets.isEmpty:
      throw contradiction(.roleOfOthers(column: name, .target, key: "targets"))
    case .weight where keys.weight != nil:
      throw contradiction(.roleOfOthers(column: name, .weight, key: "sample_weight"))
    case .feature where keys.features != nil:
      throw contradiction(.roleOfOthers(column: name, .feature, key: "features"))
    case nil where keys.features != nil:
      if found?.isExact == true { throw contradiction(.notListed(column: name)) }
      return .drop
    default: return said ?? (isCutting ? .drop : .feature)
    }
  }

  /// What rules say of targets and the weight.
  private mutating func settleTargets(_ rules: ColumnRules, _ file: String) throws(DataError) {
    var own: [TargetColumn] = []
    for column in targets {
      guard let rule = ruleOfRole(.target, column, rules) else {
        own.append(TargetColumn())
        continue
      }
      try ColumnRule.requireTarget(rule) {
        DataError.columns(file: file, .key(column: names[column], key: $0, problem: $1))
      }
      own.append(
        TargetColumn(style: rule.style, missing: rule.missing, transform: rule.transform.flatMap(TargetTransform.init)))
    }
    if own.contains(where: { $0 != TargetColumn() }) { targetColumns = own }
    guard let weight, let rule = ruleOfRole(.weight, weight, rules) else { return }
    if let key = rule.keyOfFeatures ?? rule.style?.members.first?.key ?? (rule.missing?.fills == true ? "missing" : nil)
    {
      throw .columns(
        file: file,
        .key(column: names[weight], key: key, problem: "is for features, and the column is a weight; take it out"))
    }
    weightColumn = WeightColumn(name: names[weight], missing: rule.missing)
  }

  /// The rule of a column that is no feature: by its name, or by a pattern that says the role.
  private func ruleOfRole(_ role: ColumnRule.Role, _ column: Int, _ rules: ColumnRules) -> ColumnRule? {
    guard let found = rules.rule(of: names[column]), found.isExact || found.rule.role == role else { return nil }
    return found.rule
  }

  // MARK: - Features

  private mutating func add(
    _ column: Int, _ keys: Keys, _ found: (rule: ColumnRule, isExact: Bool)?, _ missing: MissingPolicy,
    _ survey: ColumnSurvey?, _ file: String
  ) throws(DataError) {
    let name = names[column], rule = found?.rule ?? ColumnRule(), isListed = keys.categorical.contains(column)
    if isListed, let kind = rule.kind, kind != .categorical { throw .columns(file: file, .kind(column: name, kind)) }
    let inferred = survey.map(InferredKind.init)
    if let problem = problem(rule, isListed, inferred, survey) {
      refused.append((column, problem))
      return
    }
    let kind = isListed ? .categorical : rule.kind ?? inferred?.kind ?? .numeric
    var policy = rule.missing ?? missing, hasIndicator = rule.indicator ?? false
    let isNumber = kind != .categorical || rule.order != nil
    if isNumber, policy == .category {
      (policy, hasIndicator) = (.median, rule.indicator ?? true)
    } else if !isNumber, [.mean, .median, .zero].contains(policy) {
      policy = .category
    }
    if hasIndicator, !policy.fills {
      throw .columns(
        file: file,
        .key(
          column: name, key: "indicator",
          problem:
            "needs something that stands for missing cells; set \"missing\": \"median\", or another policy that fills"))
    }
    if !isNumber, found?.isExact == true, rule.transform != nil {
      throw .columns(
        file: file,
        .key(
          column: name, key: "transform",
          problem: "is for numbers, and the cells are words, which become categories; take it out"))
    }
    func feature(
      _ name: String, _ reading: CellReading, transform: NormalizationMethod?, of source: String? = nil
    ) -> FeatureColumn {
      FeatureColumn(name: name, missing: policy, transform: transform, source: source, reading: reading)
    }
    // Else a source that follows would do what is done for all columns.
    let statesError = policy == .error && missing != .error
    let cells: PlannedColumn.Cells
    var features: [FeatureColumn]
    switch kind {
    case .numeric, .text:
      let style = rule.style ?? .plain
      cells = .number(style)
      features = [feature(name, style == .plain ? .plain : .number(style), transform: rule.transform)]
    case .boolean:
      cells = .boolean
      features = [feature(name, .boolean, transform: rule.transform ?? NormalizationMethod.none)]
    case .date:
      if rule.parts == nil, rule.dateFormat == nil, survey == nil { unsurveyed.append(column) }
      let parts = rule.parts ?? DatePart.usual(withTimes: rule.dateFormat?.hasTime ?? ((survey?.timedDates ?? 0) > 0))
      cells = .date(rule.dateFormat)
      features = parts.map { part in
        feature(
          "\(name).\(part.rawValue)", .date(part, rule.dateFormat),
          transform: part.isCyclic ? NormalizationMethod.none : rule.transform, of: name)
      }
    case .categorical:
      if let order = rule.order {
        cells = .ordinal(LabelIndex(order, kind: LabelKind(of: order)))
        features = [feature(name, .ordinal(order), transform: rule.transform)]
      } else {
        cells = .categories
        // Which categories there are is known once all rows are read.
        features = [
          FeatureColumn(name: name, categories: [], missing: policy, unknown: rule.unknown ?? .error)
        ]
      }
    }
    for index in features.indices { features[index].statesMissing = statesError }
    let indicator =
      hasIndicator
      ? [FeatureColumn(name: "\(name).missing", transform: NormalizationMethod.none, source: name, reading: .isMissing)]
      : []
    var planned = PlannedColumn(
      column: column, cells: cells, features: features + indicator, missing: policy, rareBelow: rule.rareBelow)
    planned.statesIndicator = rule.indicator == true
    planned.isSettled = isListed || rule.kind != nil || survey != nil
    planned.isInferred = !isListed && rule.kind == nil && survey != nil
    self.features.append(planned)
  }

  /// Why a column cannot be a feature.
  private func problem(
    _ rule: ColumnRule, _ isListed: Bool, _ inferred: InferredKind?, _ survey: ColumnSurvey?
  ) -> KindProblem? {
    if rule.kind == .text { return .text(isStated: true) }
    guard rule.kind == nil, !isListed, let inferred, let survey else { return nil }
    let distinct = survey.distinctCount, isMore = survey.distinctIsMore
    if inferred != .date, survey.words > 0, survey.distinct.keys.allSatisfy({ CellCause(of: $0) == .date }) {
      let first = survey.firstPlainWord
      return .otherDates(
        first: first?.text ?? "", place: "line \(first?.line ?? 0)",
        rule: DateFormat.rule(survey.distinct.keys.sorted()))
    }
    if [.text, .identifier, .manyCategories].contains(inferred), let first = survey.firstPlainWord,
      survey.distinct.keys.allSatisfy({ CellCause(of: $0) == .unit || LabelKind.number($0) != nil }),
      let style = NumberStyle.guess(survey.distinct.keys.sorted())
    {
      let rule = ConfigValue.object(style.members).compactText
      return .otherNumbers(first: first.text, place: "line \(first.line)", rule: rule)
    }
    switch inferred {
    case .text: return .text(isStated: false)
    case .identifier: return .identifier(distinct: distinct, isMore: isMore, cells: survey.present)
    case .manyCategories: return .manyCategories(distinct: distinct, isMore: isMore, cells: survey.present)
    case .numeric, .boolean, .date, .categorical, .empty, .nearlyNumeric, .otherStyle: return nil
    }
  }

  // MARK: - Notes

  /// The kinds that cells have shown and nobody has said.
  ///
  /// Categories are those of the training part (``Table/decideCategories(by:)``); what the others are all rows tell.
  private func kindNotes(cutsParts: Bool) -> [String] {
    var kinds: [(kind: String, names: [String])] = [("categorical", []), ("boolean", []), ("date", [])]
    for column in features where column.isInferred {
      let index: Int
      switch column.cells {
      case .categories: index = 0
      case .boolean: index = 1
      case .date: index = 2
      case .number, .ordinal: continue
      }
      kinds[index].names.append(names[column.column])
    }
    let found = kinds.filter { !$0.names.isEmpty }.map { "\($0.kind) \(Self.list($0.names))" }
    guard !found.isEmpty else { return [] }
    let isOfAll = cutsParts && !(kinds[1].names + kinds[2].names).isEmpty
    return [
      "kinds of columns, read from their cells: \(found.joined(separator: "; ")); set others in data.columns"
        + (isOfAll ? " (booleans and dates, and whether these have times, are told from the rows of all parts)" : "")
    ]
  }

  static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "'\($0.excerpt(40))'" }
    return (names.count <= 12 ? shown : shown + ["… (\(names.count) in all)"]).joined(separator: ", ")
  }
}
