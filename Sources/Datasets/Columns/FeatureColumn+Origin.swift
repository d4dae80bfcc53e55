internal import Specs

extension FeatureColumn {
  /// What the description says of where a feature comes from and what becomes of its categories; nothing where that is
  /// as ever.
  var originMembers: [ConfigValue.Member] {
    var members: [ConfigValue.Member] = []
    if let source { members.append(.init("source", .string(source))) }
    members += reading.members
    if unknown != .error { members.append(.init("unknown", .string(unknown.rawValue))) }
    if !pooled.isEmpty { members.append(.init("pooled", .array(pooled.map(ConfigValue.string)))) }
    if let otherCategory { members.append(.init("other_category", .integer(otherCategory))) }
    if let missingCategory { members.append(.init("missing_category", .integer(missingCategory))) }
    return members
  }

  /// Reads what ``originMembers`` has written; ``categories`` and ``count`` are known.
  mutating func readOrigin(from fields: FieldReader) throws(ConfigError) {
    source = try fields.optionalText("source", "the column of the file that it comes from")
    reading = try CellReading(from: fields)
    unknown = try fields.option(
      "unknown", default: UnknownPolicy.error, "what is done with categories that training did not have")
    pooled = try fields.texts("pooled", default: [], "categories that are pooled as another")
    otherCategory = try fields.optionalInteger("other_category", in: 0...Self.countLimit, "the category of pooled ones")
    missingCategory = try fields.optionalInteger(
      "missing_category", in: 0...Self.countLimit, "the category of missing cells")
    let count = categories?.count ?? 0
    for (key, place) in [("other_category", otherCategory), ("missing_category", missingCategory)] {
      guard let place, place >= count else { continue }
      throw fields.error(key, "is none of the \(count) categories")
    }
    guard otherCategory == nil || otherCategory != missingCategory else {
      throw fields.error("missing_category", "is that of pooled categories")
    }
    guard pooled.isEmpty || otherCategory != nil else {
      throw fields.error("pooled", "needs a category to pool them in")
    }
    guard reading == .plain || (categories == nil && self.count == 1 && !isRagged) else {
      throw fields.error("reading", "is of one number, and the column is something else")
    }
  }
}

extension TargetColumn {
  var configValue: ConfigValue {
    .object(
      (missing.map { [.init("missing", .string($0.rawValue))] } ?? []) + (style?.members ?? [])
        + (transform.map { [.init("transform", .string($0.rawValue))] } ?? []))
  }

  init(from fields: FieldReader) throws(ConfigError) {
    self.init(style: try NumberStyle(from: fields), missing: try MissingPolicy.ofRows(fields))
    guard let name = try fields.optionalText("transform", "how it is brought to a common scale") else { return }
    guard let transform = TargetTransform(rawValue: name) else {
      throw fields.error("transform", "is no transform of targets: '\(name.excerpt(40))'")
    }
    self.transform = transform
  }
}

extension WeightColumn {
  var configValue: ConfigValue {
    .object([.init("name", .string(name))] + (missing.map { [.init("missing", .string($0.rawValue))] } ?? []))
  }

  init(from fields: FieldReader) throws(ConfigError) {
    self.init(name: try fields.text("name", "the column's name"), missing: try MissingPolicy.ofRows(fields))
  }
}

extension MissingPolicy {
  /// Reads what is done with rows that miss a target or weight, where that is said.
  fileprivate static func ofRows(_ fields: FieldReader) throws(ConfigError) -> MissingPolicy? {
    guard let name = try fields.optionalText("missing", "what is done where it is missing") else { return nil }
    guard let policy = MissingPolicy(rawValue: name), !policy.fills else {
      throw fields.error("missing", "expected error or drop_row, found '\(name.excerpt(40))'")
    }
    return policy
  }
}
