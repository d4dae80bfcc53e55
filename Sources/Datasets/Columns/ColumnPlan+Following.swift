internal import Specs

extension ColumnPlan {
  /// The plan of a source that follows the training source: where both have a header, features and several targets are
  /// found by name, wherever they stand. Where both have none, an index is a name as long as the same indices are
  /// meant; else the order counts.
  ///
  /// - Parameters:
  ///   - keys: those of this source.
  ///   - readsTargets: false for a source to predict, whose targets and weights are only kept from the features.
  ///   - missing: what is done with missing cells where columns say nothing.
  ///   - requests: columns that parts are cut by.
  init(
    following training: SourceNames, names: [String], keys: Keys, naming: Naming, file: String, readsTargets: Bool,
    missing: MissingPolicy, requests: [KeyRequest] = []
  ) throws(DataError) {
    self.init(names: names)
    let cutting = try Self.columns(of: requests, names: names, naming: naming, file: file)
    let positions = Dictionary(zip(names, names.indices)) { first, _ in first }
    let follower = Follower(training: training, names: names, positions: positions, naming: naming, file: file)
    let stated = readsTargets && keys.targets.isEmpty ? follower.namedTargets : keys.targets
    let others = Set(stated + [keys.weight].compactMap { $0 })
    let columns = try follower.features(
      stated: keys.features,
      rest: names.indices.filter { !others.contains($0) && (!cutting.contains($0) || keys.categorical.contains($0)) },
      hasOthers: !others.isEmpty, targets: stated)
    try follower.requireRoles(columns, keys, targets: stated)
    if training.columns.isEmpty {
      features = columns.map { column in
        PlannedColumn(
          column: column, cells: .number(.plain),
          features: [FeatureColumn(name: names[column], missing: missing.fills ? missing : .error)], missing: missing)
      }
    } else {
      let groups = Dictionary(grouping: training.columns) { $0.fileColumn.trimmed }
      features = zip(columns, training.fileColumns).map { column, name in
        PlannedColumn(column: column, following: groups[name] ?? [], missing: missing)
      }
    }
    guard !features.isEmpty else { throw .noFeatureColumns(file: file) }
    if readsTargets { targets = try follower.ordered(stated) }
    try add(requests, at: cutting, file: file)
    guard readsTargets else { return }
    if targets.count == training.targetColumns.count { targetColumns = training.targetColumns }
    weightColumn = training.weight
    weight = keys.weight ?? (naming == training.naming ? training.weight.flatMap { positions[$0.name.trimmed] } : nil)
    // Without a word all rows would weigh the same.
    if weight == nil, let wanted = training.weight {
      throw .names(
        file: file,
        .missingRoles([wanted.name], role: "the weight of each row in the training source", known: names))
    }
  }
}

/// Finds the training source's columns in another source.
private struct Follower {
  let training: SourceNames
  let names: [String]
  let positions: [String: Int]
  let naming: Naming
  let file: String

  /// The training source's targets, where keys say nothing and all are there by name.
  var namedTargets: [Int] {
    guard naming == training.naming, naming != .place else { return [] }
    let found = training.targets.compactMap { positions[$0.trimmed] }
    return found.count == training.targets.count ? found : []
  }

  /// The columns of the training source's features.
  func features(
    stated: [Int]?, rest: [Int], hasOthers: Bool, targets: [Int]
  ) throws(DataError) -> [Int] {
    let trained = training.fileColumns, known = trained.compactMap { positions[$0] }
    let areKnown = known.count == trained.count && !trained.isEmpty
    if naming == .header, areKnown || training.naming == .header {
      guard areKnown else {
        throw .names(file: file, .missingColumns(trained.filter { positions[$0] == nil }, known: names))
      }
      if let stated, Set(stated) != Set(known) {
        throw .names(file: file, .otherFeatures(found: stated.map { names[$0] }, expected: trained))
      }
      return known
    }
    if naming == .index, training.naming == .index, areKnown {
      let isSame = stated.map { Set($0) == Set(known) }
      // Without a word about roles, a table of the training table's layout still has its targets.
      if isSame ?? (!hasOthers && Set(trained + training.targets) == Set(names)) { return known }
      // Rules of the training source may have left columns out: where its targets are, its features are too.
      if stated == nil, rest.count != trained.count, Set(targets.map { names[$0] }) == Set(training.targets) {
        return known
      }
    }
    let features = stated ?? rest
    guard trained.isEmpty || features.count == trained.count else {
      throw .names(
        file: file,
        .columnCountsDiffer(
          found: features.count, expected: trained.count, names: training.naming == .header ? trained : []))
    }
    return features
  }

  /// Refuses features of the training source that keys name as something else here.
  func requireRoles(_ features: [Int], _ keys: ColumnPlan.Keys, targets: [Int]) throws(DataError) {
    for column in features {
      guard let role = targets.contains(column) ? "targets" : keys.weight == column ? "sample_weight" : nil else {
        continue
      }
      throw .names(file: file, .featureInOtherRole(column: names[column], role: role))
    }
    guard !training.columns.isEmpty || keys.categorical.isEmpty else {
      throw .names(file: file, .categoriesWithoutColumns)
    }
    let categories = Set(
      training.columns.filter { column in
        if case .ordinal = column.reading { return true }
        return column.isCategorical
      }.map { $0.fileColumn.trimmed })
    for (column, trained) in zip(features, training.fileColumns) where keys.categorical.contains(column) {
      guard categories.contains(trained) else {
        throw .names(file: file, .numbersHere(column: names[column]))
      }
    }
  }

  /// The targets in the training source's order.
  func ordered(_ targets: [Int]) throws(DataError) -> [Int] {
    let trained = training.targets.map(\.trimmed), found = targets.map { names[$0] }
    guard !targets.isEmpty, !trained.isEmpty, training.naming != .place else { return targets }
    if Set(found) == Set(trained) { return trained.compactMap { positions[$0] } }
    guard naming == .header, training.naming == .header else { return targets }
    guard found.count > 1 || trained.count > 1 else {
      // One target may have another name: the key says which column it is. Not where both are there.
      guard positions[trained[0]] == nil else {
        throw .names(file: file, .otherTarget(found: found[0], expected: trained[0]))
      }
      return targets
    }
    throw .names(
      file: file,
      .targetsDiffer(missing: trained.filter { !found.contains($0) }, extra: found.filter { !trained.contains($0) }))
  }
}
