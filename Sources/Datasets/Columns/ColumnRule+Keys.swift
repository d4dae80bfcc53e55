internal import Specs

extension ColumnRule {
  private enum Encoding: String, CaseIterable { case oneHot = "one_hot", ordinal, embedding }

  /// Reads the rule of one column.
  init(from fields: FieldReader) throws(ConfigError) {
    self.init()
    role = try Self.option(
      "role", "feature, target, weight, group, id or drop (not looked at); features where nothing else says it", fields)
    kind = try Self.option(
      "kind", "numeric, categorical, boolean, date or text (no feature); read from the cells where left out", fields)
    missing = try Self.option(
      "missing",
      "where a cell is missing: error, drop_row (the row is left out), mean, median, most_frequent, zero, or category (a category "
        + "of its own); data.missing where left out", fields)
    indicator = try fields.read(
      "indicator", schema: .boolean, default: (nil, nil), example: nil,
      summary: "whether a feature NAME.missing of 0 and 1 says where it was missing; false where left out"
    ) { value, path throws(ConfigError) in
      guard case .boolean(let flag) = value else {
        throw ConfigError("expected true or false, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      return (flag, value)
    }
    transform = try fields.read(
      "transform", schema: try NormalizationMethod.schema(path: fields.pathOf("transform")), default: (nil, nil),
      example: nil,
      summary:
        "how its numbers are brought to a common scale; data.normalize where left out; of a target none, standard, log or log1p, and "
        + "data.normalize_targets where left out"
    ) { value, path throws(ConfigError) in
      (try NormalizationMethod(value, path: path), value)
    }
    let encoding: Encoding? = try Self.option(
      "encoding",
      "of categories: one_hot (a feature of 0 and 1 for each; where left out) or ordinal (as 'order' counts)",
      fields)
    unknown = try Self.option(
      "unknown",
      "a category that no training row had: error (where left out; validation and test rows cut from the training source are zeros all "
        + "the same), zeros (all features 0; with missing most_frequent that "
        + "one) or other (as the pooled rare ones; zeros where none are)", fields)
    rareBelow = try fields.optionalInteger(
      "rare_below", in: 2...Int(Int32.max),
      "categories with fewer rows of the training part are pooled as one, 'other'")
    order = try Self.categories("order", "categories in their order: the feature is 0, 1, 2, …", fields)
    parts = try Self.parts(fields)
    dateFormat = try fields.read(
      "format", schema: .text, default: (nil, nil), example: nil,
      summary:
        "how dates are written, like \"%d.%m.%Y\" (\(DateFormat.fields)), or unix, unix_ms (seconds, milliseconds since 1970); "
        + "ISO 8601 where left out"
    ) { value, path throws(ConfigError) in
      (try DateFormat(FieldReader.text(value, path: path), path: path), value)
    }
    style = try NumberStyle(from: fields)
    guard !fields.isDescribing else { return }
    if encoding == .embedding {
      throw fields.error("encoding", "'embedding' is not in this version; use one_hot, or ordinal with 'order'")
    }
    if encoding == .ordinal, order == nil {
      throw fields.error("encoding", "'ordinal' needs the categories in their order; add \"order\": [\"low\", …]")
    }
    if encoding == .oneHot, order != nil {
      throw fields.error("encoding", "'one_hot' has no order; take 'order' out, or set 'ordinal'")
    }
    try settle(encoding != nil, fields)
  }

  /// Finds the kind that keys show, and refuses keys that do not go together.
  private mutating func settle(_ isEncoded: Bool, _ fields: FieldReader) throws(ConfigError) {
    let keys: [(key: String, kind: Kind, isThere: Bool)] = [
      ("encoding", .categorical, isEncoded), ("unknown", .categorical, unknown != nil),
      ("rare_below", .categorical, rareBelow != nil), ("order", .categorical, order != nil),
      ("parts", .date, parts != nil), ("format", .date, dateFormat != nil),
      ("decimal", .numeric, style != nil && fields.has("decimal")),
      ("thousands", .numeric, style != nil && fields.has("thousands")),
      ("strip", .numeric, style != nil && fields.has("strip")),
    ]
    for (key, own, isThere) in keys where isThere {
      guard kind == nil || kind == own else {
        throw fields.error(
          key, "is for columns of kind \(own.rawValue), and this one is \(kind?.rawValue ?? ""); take one of them out")
      }
      kind = own
    }
    if let role, role != .feature, role != .target, let key = firstKey(besides: role) {
      throw fields.error(key, "is for features, and the column's role is \(role.rawValue); take one of them out")
    }
    if role == .target { try Self.requireTarget(self) { fields.error($0, $1) } }
    if indicator == true, let missing, !missing.fills {
      throw fields.error(
        "indicator",
        "needs something that stands for missing cells; set \"missing\": \"median\", or another policy that fills")
    }
    if kind == .categorical, order == nil, transform != nil {
      throw fields.error("transform", "is for numbers, and categories are features of 0 and 1; take it out")
    }
    if order != nil, let key = unknown != nil && unknown != .error ? "unknown" : rareBelow != nil ? "rare_below" : nil {
      throw fields.error(key, "is for one-hot categories, and 'order' makes the column a number; take one of them out")
    }
    if parts != nil, kind == .date, transform != nil, parts?.allSatisfy(\.isCyclic) == true {
      throw fields.error(
        "transform", "all 'parts' are sines and cosines, which nothing brings to another scale; take it out")
    }
  }

  /// Refuses what a target cannot have.
  static func requireTarget<Failure: Error>(
    _ rule: ColumnRule, _ error: (_ key: String, _ problem: String) -> Failure
  ) throws(Failure) {
    if let transform = rule.transform, TargetTransform(transform) == nil {
      throw error(
        "transform",
        "of a target is \(TargetTransform.allCases.map(\.rawValue).joined(separator: ", ")), which have exact inverses; "
          + "'\(transform.name)' is for features")
    }
    var rule = rule
    rule.transform = nil
    if rule.kind == .categorical || rule.kind == .numeric, rule.style == nil, rule.keyOfFeatures == "kind" {
      throw error("kind", "is for features: the loss decides whether a target is a class or a number; take it out")
    }
    if let key = rule.keyOfFeatures { throw error(key, "is for features, and the column is a target; take it out") }
    if let missing = rule.missing, missing.fills {
      throw error(
        "missing", "nothing can stand for a target; expected error or drop_row, found \(missing.rawValue)")
    }
  }

  /// The first key that a role which is no feature's leaves no meaning.
  private func firstKey(besides role: Role) -> String? {
    if style != nil { return style?.members.first?.key }
    if let key = keyOfFeatures, !(key == "kind" && kind == .text) { return key }
    if missing != nil, role == .drop || role == .id { return "missing" }
    // Who follows the training source reads no groups.
    if missing == .dropRow, role == .group { return "missing" }
    return missing?.fills == true ? "missing" : nil
  }

  private static func option<Option: CaseIterable & RawRepresentable>(
    _ key: String, _ summary: String, _ fields: FieldReader
  ) throws(ConfigError) -> Option? where Option.RawValue == String {
    let names = Option.allCases.map(\.rawValue)
    return try fields.read(key, schema: .names(names), default: (nil, nil), example: nil, summary: summary) {
      value, path throws(ConfigError) in
      let name = try FieldReader.text(value, path: path)
      guard let option = Option(rawValue: name) else {
        throw ConfigError("unknown value '\(name.excerpt(60))'; \(NearestName.hint(name, among: names))", path: path)
      }
      return (option, value)
    }
  }

  private static func parts(_ fields: FieldReader) throws(ConfigError) -> [DatePart]? {
    let names = DatePart.allCases.map(\.rawValue)
    return try fields.read(
      "parts", schema: .list(.names(names)), default: (nil, nil), example: nil,
      summary:
        "what becomes of a date: \(names.joined(separator: ", ")); where left out year, month_sin, month_cos, day, "
        + "weekday_sin, weekday_cos, days, and hour_sin, hour_cos where times occur"
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value, !entries.isEmpty else {
        throw ConfigError("expected a list like [\"year\", \"month\"], found \(value.excerpt)", path: path)
      }
      var parts: [DatePart] = []
      for (index, entry) in entries.enumerated() {
        let name = try FieldReader.text(entry, path: "\(path)[\(index)]")
        guard let part = DatePart(rawValue: name) else {
          throw ConfigError(
            "unknown part '\(name.excerpt(40))'; \(NearestName.hint(name, among: names))", path: "\(path)[\(index)]")
        }
        guard !parts.contains(part) else {
          throw ConfigError("'\(name)' is listed twice", path: "\(path)[\(index)]")
        }
        parts.append(part)
      }
      return (parts, value)
    }
  }

  /// A list of at least two different categories, texts or numbers.
  private static func categories(
    _ key: String, _ summary: String, _ fields: FieldReader
  ) throws(ConfigError) -> [String]? {
    try fields.read(
      key, schema: .list(.anyOf([.text, .number(.any)])), default: (nil, nil), example: nil, summary: summary
    ) { value, path throws(ConfigError) in
      guard case .array(let entries) = value, entries.count >= 2 else {
        throw ConfigError(
          "expected a list of at least two categories like [\"low\", \"high\"], found \(value.excerpt)", path: path)
      }
      var categories: [String] = []
      for (index, entry) in entries.enumerated() {
        let own = "\(path)[\(index)]"
        switch entry {
        case .string(let text): categories.append(text.trimmed)
        case .integer, .number:
          categories.append(ConfigValue.number(try FieldReader.number(entry, in: .any, path: own)).compactText)
        default: throw ConfigError("expected text or a number, found \(entry.kindName) (\(entry.excerpt))", path: own)
        }
      }
      let areNumbers = LabelKind(of: categories) == .numbers
      var texts: Set<String> = [], numbers: Set<Double> = []
      for (index, category) in categories.enumerated() {
        guard !category.isEmpty else { throw ConfigError("a category is empty text", path: "\(path)[\(index)]") }
        let isNewNumber = !areNumbers || LabelKind.number(category).map { numbers.insert($0).inserted } != false
        guard texts.insert(category).inserted, isNewNumber else {
          throw ConfigError("'\(category.excerpt(40))' is listed twice", path: "\(path)[\(index)]")
        }
      }
      return (categories, value)
    }
  }
}
