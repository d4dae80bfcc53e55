internal import Kernels
internal import Specs

extension DataSink {
  /// The source as a table: features in the order of the training source, targets, weights, keys; rows with missing
  /// values are refused or left out.
  ///
  /// - Throws: ``DataError``, the first thing that cannot be used.
  package func table() throws(DataError) -> Table {
    try finishNumbers()
    let count = try rowCount()
    var columns = try featureColumns()
    if naming == .header, let training = context.training, training.naming == .header, !training.columns.isEmpty {
      columns = try inOrder(columns, of: training)
    }
    try settleUnknownCategories(columns)
    var features = FeatureStorage(places: [])
    for column in columns { try add(column, to: &features) }
    let isNameless = naming == .place
    precondition(!isNameless || columns.count == 1, "several fields of features have names")
    var table = Table(
      source: source, count: count,
      featureShape: isNameless
        ? fields[columns[0].field].shape : [columns.reduce(0) { $0 + $1.column.width }],
      features: features)
    table.naming = naming
    if !isNameless { table.columns = columns.map(\.column) }
    for (place, feature) in columns.enumerated() where isUndecided(feature.field) {
      table.undecided[place] = UndecidedCategories(
        rareBelow: fields[feature.field].rareBelow, isInferred: fields[feature.field].isInferred)
    }
    if context.readsTargets {
      table.targets = try targets()
      try takeWeights(&table)
    }
    table.targetFile = fileOfItsOwn(.target)
    table.weightFile = fileOfItsOwn(.weight)
    table.keys = try keys()
    table.dropped = dropped
    (table.targetColumns, table.weightColumn, table.notes) = (targetColumns, weightColumn, notes)
    table.followsRules = appliesRules
    try table.settleMissing(
      context.missing.policy, canDropRows: context.canDropRows, inNumbers: hasMissing, context.progress)
    return table
  }

  private func fileOfItsOwn(_ role: SourceField.Role) -> RowSource? {
    fields.first { $0.role == role }?.file.map { RowSource(file: $0) }
  }

  /// The rows that all fields have.
  private func rowCount() throws(DataError) -> Int {
    func rows(_ index: Int) -> Int {
      if case .array = fields[index].content { contents[index].rows } else { blockRows }
    }
    guard let first = fields.indices.first(where: { fields[$0].role == .feature }) else {
      throw .noFeatureColumns(file: source.file)
    }
    let count = rows(first)
    for index in fields.indices where rows(index) != count {
      throw .rowCountsDiffer(
        features: fields[first].file ?? source.file, featureRows: count, other: fields[index].file ?? source.file,
        otherRows: rows(index))
    }
    guard count > 0 else { throw .noRows(file: source.file) }
    return count
  }

  // MARK: - Features

  /// A column of features and where it comes from.
  struct Feature {
    var column: FeatureColumn
    var field: Int
    /// Whether it is the lengths of a ragged field.
    var isLengths = false
  }

  private func featureColumns() throws(DataError) -> [Feature] {
    var columns: [Feature] = []
    for (index, field) in fields.enumerated() where field.role == .feature && !contents[index].isLeftOut {
      switch field.content {
      case .labels(let known):
        columns.append(Feature(column: try categoryColumn(index, known: known), field: index))
      case .array where field.isRagged:
        let entries = trained(field.name)?.count ?? max(1, Int(contents[index].lengths.max() ?? 0)) * field.shape.count
        columns.append(Feature(column: FeatureColumn(name: field.name, count: entries, isRagged: true), field: index))
        columns.append(Feature(column: FeatureColumn(name: field.name + ".length"), field: index, isLengths: true))
      case .array, .numbers:
        columns.append(
          Feature(column: field.column ?? FeatureColumn(name: field.name, count: field.shape.count), field: index))
      }
    }
    // A format that plans its columns has settled them.
    for index in columns.indices where fields[columns[index].field].column == nil { settle(&columns[index].column) }
    var names: Set<String> = []
    for feature in columns where naming == .header && !names.insert(feature.column.name.trimmed).inserted {
      throw .names(file: source.file, .doubled(column: feature.column.name))
    }
    return columns
  }

  /// What is done where a column is missing, and how its numbers are brought to a common scale: as in the training
  /// source, which decides.
  private func settle(_ column: inout FeatureColumn) {
    guard let trained = trained(column.name) else {
      if !column.isCategorical { column.missing = context.missing.policy }
      return
    }
    (column.missing, column.transform) = (trained.missing, trained.transform)
  }

  func trained(_ name: String) -> FeatureColumn? {
    guard let training = context.training, training.naming == .header else { return nil }
    return training.columns.first { $0.name.trimmed == name.trimmed }
  }

  /// The columns that the training source has, by their names.
  private func inOrder(_ columns: [Feature], of training: SourceNames) throws(DataError) -> [Feature] {
    let places = Dictionary(columns.indices.map { (columns[$0].column.name.trimmed, $0) }) { first, _ in first }
    let missing = training.columns.map(\.name.trimmed).filter { places[$0] == nil }
    guard missing.isEmpty else {
      throw .names(file: source.file, .missingColumns(missing, known: columns.map(\.column.name)))
    }
    var ordered: [Feature] = []
    for trained in training.columns {
      guard let place = places[trained.name.trimmed] else { continue }
      let own = columns[place]
      guard own.column.isCategorical == trained.isCategorical, own.column.width == trained.width else {
        throw .names(
          file: source.file,
          .kindsDiffer(column: trained.name, found: own.column.kindInWords, expected: trained.kindInWords))
      }
      ordered.append(own)
    }
    return ordered
  }

  private func add(_ feature: Feature, to features: inout FeatureStorage) throws(DataError) {
    let index = feature.field, field = fields[index]
    switch field.content {
    case .labels:
      features.places.append(.code(features.codes.count, categories: feature.column.width))
      features.codes.append(takeCodes(feature))
    case .array where field.isRagged:
      let room = trained(field.name).map { $0.count / field.shape.count }
      let array = feature.isLengths ? try lengths(index) : try padded(index, room: room)
      try requireFinite(array, rows: contents[index].rows)
      features.places.append(.array(features.arrays.count))
      features.arrays.append(array)
    case .array:
      let array = try array(index)
      try requireFinite(array, rows: contents[index].rows)
      features.places.append(.array(features.arrays.count))
      features.arrays.append(array)
    case .numbers:
      features.numbers = numbers
      let first = numberPlaces[index], columns = first..<first + field.width
      if features.isRounded.isEmpty {
        features.isRounded = fields.indices.filter { fields[$0].role == .feature }
          .flatMap { Array(repeating: contents[$0].isRounded, count: fields[$0].width) }
      }
      if case .numbers(let last)? = features.places.last, last.upperBound == columns.lowerBound {
        features.places[features.places.count - 1] = .numbers(last.lowerBound..<columns.upperBound)
      } else {
        features.places.append(.numbers(columns))
      }
    }
  }

  // MARK: - Targets, weights, keys

  private func targets() throws(DataError) -> TargetColumns? {
    let places = fields.indices.filter { fields[$0].role == .target }
    guard let first = places.first else { return nil }
    if fields[first].isLabels {
      precondition(places.count == 1, "one target is text")
      let labels = contents[first].labels
      try requireNoDates(labels, fields[first].name)
      return .text(codes: labels.codes, labels: labels.labels, name: fields[first].name)
    }
    let names = places.flatMap { place in
      let field = fields[place]
      return field.shape.count == 1 ? [field.name] : (0..<field.shape.count).map { "\(field.name) \($0)" }
    }
    var columns: [(values: [Double], width: Int)] = []
    for place in places {
      if case .array = fields[place].content {
        columns.append((try doubles(place), fields[place].shape.count))
      } else {
        columns.append((contents[place].values, fields[place].width))
      }
    }
    guard columns.count > 1 else { return .numbers(columns[0].values, names: names) }
    var values: [Double] = []
    for row in 0..<columns[0].values.count / max(1, columns[0].width) {
      for column in columns { values += column.values[row * column.width..<(row + 1) * column.width] }
    }
    return .numbers(values, names: names)
  }

  /// Refuses days as classes: each is its own, and a number was meant.
  private func requireNoDates(_ column: TextColumn, _ name: String) throws(DataError) {
    guard context.training == nil, !column.labels.isEmpty, column.labels.allSatisfy({ DateText($0) != nil }) else {
      return
    }
    throw .dateTarget(file: source.file, place: source.place(0), column: name, text: column.labels[0])
  }

  private func takeWeights(_ table: inout Table) throws(DataError) {
    guard let place = fields.firstIndex(where: { $0.role == .weight }) else { return }
    guard case .array = fields[place].content else {
      table.sampleWeights = contents[place].values
      return
    }
    let weights = try doubles(place), own = RowSource(file: fields[place].file ?? source.file)
    for (row, weight) in weights.enumerated() { try requireWeight(weight, own, row: row) }
    table.sampleWeights = weights
  }

  private func keys() throws(DataError) -> [KeyColumn] {
    var keys: [KeyColumn] = []
    for (index, field) in fields.enumerated() where field.isKey {
      var column = contents[index].keys
      if case .array(let element) = field.content {
        precondition(field.shape.count == 1, "a key is one number of a row")
        let array = try array(index), base = array.bytes.start + array.offset
        for row in 0..<contents[index].rows { column.append(element.text(at: base + row * element.byteCount)) }
      }
      keys.append(KeyColumn(name: field.name, role: field.role, column: column))
    }
    return keys
  }
}

extension RawElement {
  /// A number as text, exact.
  fileprivate func text(at place: UnsafeRawPointer) -> String {
    self == .int64 ? "\(place.loadUnaligned(as: Int64.self))" : ConfigValue.number(value(at: place)).compactText
  }
}

extension FeatureColumn {
  /// What it holds, in words.
  var kindInWords: String {
    isCategorical ? "categories" : width == 1 ? "a number" : "\(width) numbers"
  }
}
