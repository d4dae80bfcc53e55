/// What the columns of a table are for.
///
/// Where the training source and this one have a header, features and several targets are found by name, wherever they stand.
/// Where both have none, an index is a name as long as the same indices are meant; else the order counts.
struct CSVColumns {
  /// Display names of the file's columns.
  let names: [String]
  /// File columns of the features, in the order of the features.
  private(set) var features: [Int] = []
  /// Whether each of them is categorical.
  private(set) var isCategorical: [Bool] = []
  /// The known categories per feature, nil where this source decides them.
  private(set) var knownCategories: [[String]?] = []
  /// File columns of the targets, in the training source's order; empty where targets are not read.
  private(set) var targets: [Int] = []
  /// The file column of the weights; nil where they are not read.
  private(set) var weight: Int?

  private let format: CSVFormat
  private let positions: [String: Int]
  private var naming: Naming { format.header ? .header : .index }

  /// - Parameters:
  ///   - names: of the file's columns.
  ///   - training: what the training source decided; nil for that source itself.
  ///   - readsTargets: false for a source to predict, whose targets and weights are only kept from the features.
  init(_ format: CSVFormat, names: [String], training: SourceNames?, readsTargets: Bool) throws(DataError) {
    self.format = format
    self.names = names
    positions = Dictionary(zip(names, names.indices)) { first, _ in first }
    try requireColumns()
    let targets = format.targets.compactMap(position), weight = format.sampleWeight.flatMap(position)
    let stated = format.features?.compactMap(position), categorical = Set(format.categorical.compactMap(position))
    let others = Set(targets + [weight].compactMap { $0 })
    let rest = names.indices.filter { !others.contains($0) }
    if let training {
      features = try found(training, stated: stated, rest: rest, hasOthers: !others.isEmpty)
      try requireRoles(training, targets: targets, weight: weight, categorical: categorical)
      isCategorical = training.columns.isEmpty ? features.map { _ in false } : training.columns.map(\.isCategorical)
      knownCategories = training.columns.isEmpty ? features.map { _ in nil } : training.columns.map(\.categories)
      self.targets = readsTargets ? try ordered(targets, training) : []
    } else {
      features = stated ?? rest
      isCategorical = features.map(categorical.contains)
      knownCategories = features.map { _ in nil }
      self.targets = targets
    }
    if readsTargets { self.weight = weight }
    guard !features.isEmpty else { throw .noFeatureColumns(file: format.path) }
  }

  /// The fields that the columns become: features, targets, the weight.
  func fields(targetIsText: Bool) -> [SourceField] {
    zip(features.indices, features).map { place, column in
      SourceField(
        names[column], .feature, isCategorical[place] ? .labels(known: knownCategories[place]) : .numbers)
    }
      + targets.map { SourceField(names[$0], .target, targetIsText ? .labels() : .numbers) }
      + (weight.map { [SourceField(names[$0], .weight, .numbers)] } ?? [])
  }

  private func position(_ column: CSVFormat.Column) -> Int? {
    switch column {
    case .name(let name): positions[name]
    case .index(let index): index < names.count ? index : nil
    }
  }

  /// Refuses columns of the config that are not there, all at once.
  private func requireColumns() throws(DataError) {
    var unknown: [String] = []
    for column in format.statedColumns where position(column) == nil {
      switch column {
      case .name(let name): if !unknown.contains(name) { unknown.append(name) }
      case .index(let index): throw .columnOutOfRange(file: format.path, index: index, count: names.count)
      }
    }
    guard unknown.isEmpty else { throw .names(file: format.path, .unknownColumns(unknown, known: names)) }
  }

  /// The columns of the training source's features.
  private func found(
    _ training: SourceNames, stated: [Int]?, rest: [Int], hasOthers: Bool
  ) throws(DataError) -> [Int] {
    let trained = training.columns.map { $0.name.trimmed }, known = trained.compactMap { positions[$0] }
    let areKnown = known.count == trained.count && !trained.isEmpty
    if naming == .header, areKnown || training.naming == .header {
      guard areKnown else {
        throw .names(
          file: format.path, .missingColumns(trained.filter { positions[$0] == nil }, known: names))
      }
      if let stated, Set(stated) != Set(known) {
        throw .names(file: format.path, .otherFeatures(found: stated.map { names[$0] }, expected: trained))
      }
      return known
    }
    if naming == .index, training.naming == .index, areKnown {
      let isSame = stated.map { Set($0) == Set(known) }
      // Without a word about roles, a table of the training table's layout still has its targets.
      if isSame ?? (!hasOthers && Set(trained + training.targets) == Set(names)) { return known }
    }
    let features = stated ?? rest
    guard trained.isEmpty || features.count == trained.count else {
      throw .names(
        file: format.path,
        .columnCountsDiffer(
          found: features.count, expected: trained.count, names: training.naming == .header ? trained : []))
    }
    return features
  }

  /// Refuses features of the training source that keys name as something else here.
  private func requireRoles(
    _ training: SourceNames, targets: [Int], weight: Int?, categorical: Set<Int>
  ) throws(DataError) {
    for column in features {
      guard let role = targets.contains(column) ? "targets" : weight == column ? "sample_weight" : nil else { continue }
      throw .names(file: format.path, .featureInOtherRole(column: names[column], role: role))
    }
    guard !training.columns.isEmpty || categorical.isEmpty else {
      throw .names(file: format.path, .categoriesWithoutColumns)
    }
    for (column, trained) in zip(features, training.columns) where categorical.contains(column) {
      guard trained.isCategorical else { throw .names(file: format.path, .numbersHere(column: names[column])) }
    }
  }

  /// The targets in the training source's order.
  private func ordered(_ targets: [Int], _ training: SourceNames) throws(DataError) -> [Int] {
    let trained = training.targets.map(\.trimmed), found = targets.map { names[$0] }
    guard !targets.isEmpty, !trained.isEmpty, training.naming != .place else { return targets }
    if Set(found) == Set(trained) { return trained.compactMap { positions[$0] } }
    guard naming == .header, training.naming == .header else { return targets }
    guard found.count > 1 || trained.count > 1 else {
      // One target may have another name: the key says which column it is. Not where both are there.
      guard positions[trained[0]] == nil else {
        throw .names(file: format.path, .otherTarget(found: found[0], expected: trained[0]))
      }
      return targets
    }
    throw .names(
      file: format.path,
      .targetsDiffer(missing: trained.filter { !found.contains($0) }, extra: found.filter { !trained.contains($0) }))
  }
}

extension CSVFormat {
  /// All columns that keys name.
  var statedColumns: [Column] { targets + [sampleWeight].compactMap { $0 } + (features ?? []) + categorical }
}
