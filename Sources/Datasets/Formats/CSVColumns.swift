extension CSVFormat {
  /// What the columns of the file are for: as the training source decides, or as it has decided.
  ///
  /// - Parameters:
  ///   - surveys: of columns of a training source whose cells were looked at, by their places.
  ///   - declared: kinds that the source itself states.
  func plan(
    _ names: [String], in context: DataContext, surveys: [Int: ColumnSurvey] = [:],
    declared: [Int: ColumnRule.Kind] = [:]
  ) throws(DataError) -> ColumnPlan {
    let keys = try columnKeys(names)
    guard let training = context.training else {
      return try ColumnPlan(
        training: names, keys: keys, rules: context.columns, missing: context.missing.policy, surveys: surveys,
        declared: declared, requests: context.keys, cutsParts: context.cutsParts,
        naming: header ? .header : .index, file: path)
    }
    return try ColumnPlan(
      following: training, names: names, keys: keys, naming: header ? .header : .index, file: path,
      readsTargets: context.readsTargets, missing: context.missing.policy, requests: context.keys)
  }

  /// The columns that keys name.
  private func columnKeys(_ names: [String]) throws(DataError) -> ColumnPlan.Keys {
    let positions = Dictionary(zip(names, names.indices)) { first, _ in first }
    func position(_ column: Column) -> Int? {
      switch column {
      case .name(let name): positions[name]
      case .index(let index): index < names.count ? index : nil
      }
    }
    // Those that are not there, all at once.
    var unknown: [String] = []
    for column in statedColumns where position(column) == nil {
      switch column {
      case .name(let name): if !unknown.contains(name) { unknown.append(name) }
      case .index(let index): throw .columnOutOfRange(file: path, index: index, count: names.count)
      }
    }
    guard unknown.isEmpty else { throw .names(file: path, .unknownColumns(unknown, known: names)) }
    return ColumnPlan.Keys(
      targets: targets.compactMap(position), features: features?.compactMap(position),
      categorical: Set(categorical.compactMap(position)), weight: sampleWeight.flatMap(position))
  }

  /// All columns that keys name.
  var statedColumns: [Column] { targets + [sampleWeight].compactMap { $0 } + (features ?? []) + categorical }
}
