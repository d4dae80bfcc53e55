package import Specs

extension FeatureColumn {
  /// Features of columns that are several: each has a name.
  static let countLimit = 1 << 24

  /// The column as JSON, as descriptions of data hold it.
  package var configValue: ConfigValue {
    var members: [ConfigValue.Member] = [.init("name", .string(name))]
    if let categories { members.append(.init("categories", .array(categories.map(ConfigValue.string)))) }
    if count != 1 { members.append(.init("count", .integer(count))) }
    if isRagged { members.append(.init("ragged", .boolean(true))) }
    if missing != .error || statesMissing { members.append(.init("missing", .string(missing.rawValue))) }
    if let transform { members.append(.init("transform", transform.configValue)) }
    return .object(members + originMembers)
  }

  /// Reads what ``configValue`` has written.
  package init(from fields: FieldReader) throws(ConfigError) {
    let name = try fields.text("name", "the column's name")
    let categories = try fields.texts("categories", default: [], "its categories")
    let count = try fields.integer("count", default: 1, in: 1...Self.countLimit, "the numbers that a row has of it")
    let isRagged = try fields.boolean("ragged", default: false, "whether the rows had different numbers of entries")
    let missing = try fields.option("missing", default: MissingPolicy.error, "what is done where it is missing")
    let transform = try NormalizationMethod.optional(
      "transform", "how its numbers are brought to a common scale", fields)
    self.init(
      name: name, categories: fields.has("categories") ? categories : nil, count: count, isRagged: isRagged,
      missing: missing, transform: transform)
    statesMissing = missing == .error && fields.has("missing")
    try readOrigin(from: fields)
  }
}
