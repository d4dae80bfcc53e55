internal import Kernels
internal import Specs

/// Data read and checked, ready to be laid out in memory: what one rank per node makes, once.
///
/// ```
/// let preparation = try section.prepare(in: context, targets: .classes, seed: 42)
/// let region = …                                   // preparation.description.byteCount bytes, maybe shared by the node
/// preparation.write(into: region)
/// let data = PreparedData(preparation.description, region: UnsafeRawBufferPointer(region))   // on each rank of the node
/// ```
package struct DataPreparation: Sendable {
  /// One part: which rows of which source, with targets of the kind wanted.
  struct Piece: Sendable {
    var table: Table
    var rows: [Int]
    /// Per row of the table.
    var classes: [Int32] = []
    /// Per row of the table and target, not normalized.
    var values: [Float] = []
    /// What brings the rows' weights to float32.
    var weightScale = WeightScale()
  }

  package private(set) var description: DataDescription
  private(set) var pieces: [Piece] = []
  /// What a person should know of the rows: those that were left out, and why.
  package private(set) var notes: [String] = []
  /// The rows of a source that were left out, where all its other rows are the test part.
  package private(set) var dropped = DroppedRows()

  /// Reads the sources of a config, cuts off the parts and takes statistics of the training part.
  ///
  /// - Parameters:
  ///   - targets: classes or values, as the loss wants them.
  ///   - seed: of the rows that fractions choose.
  /// - Throws: ``DataError``, the first thing that cannot be used.
  init(
    _ section: DataSection, in context: DataContext, targets demand: TargetDemand, seed: UInt64
  ) throws(DataError) {
    var context = context
    context.missing.policy = section.missing
    let training = try section.train.load(in: context)
    let kind = demand.kind(columns: training.targets?.names.count ?? 0)
    if kind == .classes, section.normalizesTargets { throw .classTargetsNormalized }
    description = DataDescription(
      featureShape: training.featureShape, element: training.features.element, columns: training.columns,
      naming: training.naming, targetKind: kind, classNames: [], labelKind: training.targets?.labelKind ?? .numbers,
      targetNames: training.targets?.names ?? [], hasSampleWeights: false,
      normalization: .identity, targetNormalization: .identity, counts: [],
      missing: MissingRule(policy: section.missing, marks: section.train.missingValues))
    do throws(ConfigError) {
      description.fields = try FieldPlan(
        section.fields, columns: training.columns, featureShape: training.featureShape
      ).fields()
    } catch {
      throw .field(error)
    }
    if kind == .classes, let targets = training.targets {
      description.classNames = try targets.classNames(of: training.targetSource)
    }
    if let positive = section.positiveClass {
      description.classNames = try positive.ordering(description.classNames)
    }
    let whole = try piece(training)
    let fractions = [section.validation, section.test].map { source in
      if case .fraction(let fraction) = source { fraction } else { 0.0 }
    }
    let split = RowSplit(
      count: training.count, classes: kind == .classes ? whole.classes : nil, validation: fractions[0],
      test: fractions[1], seed: seed)
    pieces = [whole.taking(split.train)]
    note(training, isSplit: fractions.contains { $0 > 0 })
    for (part, source, rows) in [
      (DataPart.validation, section.validation, split.validation), (.test, section.test, split.test),
    ] {
      switch source {
      case nil: pieces.append(whole.taking([]))
      case .fraction(let fraction):
        guard !rows.isEmpty else {
          throw .emptyPart(part: part.name, fraction: fraction, rows: training.count)
        }
        pieces.append(whole.taking(rows))
      case .source(let format):
        context.training = description.names
        context.missing = description.missing
        let table = try format.load(in: context)
        note(table, part: part)
        pieces.append(try piece(table))
      }
    }
    try settle()
    description.normalization = normalization(section.normalize, progress: context.progress)
    if section.normalizesTargets { description.targetNormalization = targetNormalization(context.progress) }
  }

  /// Reads one source and prepares it as the data of an earlier description were: all its rows become the test part.
  ///
  /// - Parameters:
  ///   - description: of the data a model was trained on.
  ///   - targets: `.none` for a source to predict, whose targets need not exist.
  /// - Throws: ``DataError`` where the source cannot be used or does not fit the description.
  package init(
    _ format: any DataFormat, like description: DataDescription, targets: TargetKind, in context: DataContext
  ) throws(DataError) {
    self.description = description
    self.description.targetKind = targets
    let table = try format.load(in: Self.following(description, targets, context))
    let all = try piece(table)
    pieces = [all.taking([]), all.taking([]), all]
    note(table)
    dropped = table.dropped
    try settle()
  }

  /// Reads the test rows of a config once more, prepared as the data of an earlier description were.
  ///
  /// - Parameters:
  ///   - description: of the data that the same config gave when a model was trained.
  ///   - seed: of the rows that fractions choose.
  /// - Throws: ``DataError`` where the rows cannot be used, do not fit the description, or cannot be told any more.
  package init(
    testRowsOf section: DataSection, like description: DataDescription, in context: DataContext, seed: UInt64
  ) throws(DataError) {
    self.description = description
    let isOwn = if case .source = section.test { true } else { false }
    let format = if case .source(let own) = section.test { own } else { section.train }
    let table = try format.load(in: Self.following(description, description.targetKind, context))
    let all = try piece(table)
    pieces = [all.taking([]), all.taking([]), isOwn ? all : try testPart(of: all, section, seed: seed)]
    note(table, isSplit: !isOwn)
    if isOwn { dropped = table.dropped }
    try settle()
  }

  /// The rows of the training source that fractions once gave to the test part.
  private func testPart(of whole: Piece, _ section: DataSection, seed: UInt64) throws(DataError) -> Piece {
    var fractions = [0.0, 0.0], expected = description.count(of: .train)
    for (index, part) in [section.validation, section.test].enumerated() {
      guard case .fraction(let fraction) = part else { continue }
      fractions[index] = fraction
      expected += description.count(of: index == 0 ? .validation : .test)
    }
    let count = whole.table.count
    guard count == expected else {
      throw .names(file: whole.table.source.file, .rowsChanged(found: count, expected: expected))
    }
    let split = RowSplit(
      count: count, classes: description.targetKind == .classes ? whole.classes : nil, validation: fractions[0],
      test: fractions[1], seed: seed)
    return whole.taking(split.test)
  }

  /// The context of a source that follows the training source.
  private static func following(
    _ description: DataDescription, _ targets: TargetKind, _ context: DataContext
  ) -> DataContext {
    var context = context
    context.training = description.names
    context.readsTargets = targets != .none
    context.missing = description.missing
    context.canDropRows = false
    return context
  }

  /// Takes down which rows of a source were left out.
  private mutating func note(_ table: Table, part: DataPart? = nil, isSplit: Bool = false) {
    guard !table.dropped.rows.isEmpty else { return }
    let of = part.map { " (\($0.name))" } ?? ""
    notes.append(
      "\(table.source.file.oneLine)\(of): \(table.dropped.words)\(isSplit ? ", before fractions are taken" : "")")
  }

  /// Settles what depends on all parts together.
  private mutating func settle() throws(DataError) {
    for (index, part) in DataPart.allCases.enumerated() { try pieces[index].scaleWeights(of: part) }
    let used = pieces.filter { !$0.rows.isEmpty }
    description.counts = pieces.map(\.rows.count)
    description.hasSampleWeights = used.contains { $0.table.sampleWeights != nil }
    description.element = used.allSatisfy { $0.table.features.element == .uint8 } ? .uint8 : .float32
  }

  /// Whether the weights of a part are others than its source holds, in the same ratios.
  package var rescalesWeights: Bool { pieces.contains { $0.weightScale.exponent != 0 } }

  /// The source of a row's targets, and where in it the row is, in words.
  package func targetSource(ofRow row: Int, in part: DataPart) -> (file: String, place: String) {
    let piece = pieces[DataPart.allCases.firstIndex(of: part) ?? 0], source = piece.table.targetSource
    return (source.file, source.place(piece.rows[row]))
  }

  /// The file that a part's weights come from.
  package func weightFile(of part: DataPart) -> String {
    pieces[DataPart.allCases.firstIndex(of: part) ?? 0].table.weightSource.file
  }

  /// The source of a part, and its rows there.
  package func origin(of part: DataPart) -> (source: RowSource, rows: [Int]) {
    let piece = pieces[DataPart.allCases.firstIndex(of: part) ?? 0]
    return (piece.table.source, piece.rows)
  }

  /// The source of the training part, and its rows there.
  package var trainingOrigin: (source: RowSource, rows: [Int]) { origin(of: .train) }

  /// All rows of a source, with the targets that the description asks for.
  private func piece(_ table: Table) throws(DataError) -> Piece {
    let file = table.source.file
    let shape = description.featureShape
    // A flat table may hold images, row by row; shapes that differ otherwise hold something else.
    let isFlat = table.featureShape.extents.count == 1 || shape.extents.count == 1
    if table.naming != .place, description.columns.isEmpty, table.featureShape.count != shape.count {
      throw .names(
        file: file,
        .columnCountsDiffer(found: table.featureShape.count, expected: shape.count, names: []))
    }
    guard table.featureShape == shape || (isFlat && table.featureShape.count == shape.count) else {
      throw .shapesDiffer(file: file, found: table.featureShape, expected: shape)
    }
    var piece = Piece(table: table, rows: Array(0..<table.count))
    try requireIntegers(table)
    guard description.targetKind != .none else {
      piece.table.sampleWeights = nil
      return piece
    }
    guard let targets = table.targets else { throw .noTargets(file: file) }
    let source = table.targetSource
    switch description.targetKind {
    case .classes:
      piece.classes = try targets.classTargets(
        names: description.classNames, kind: description.labelKind, source: source)
    case .values:
      guard targets.names.count == description.targetNames.count else {
        throw .targetCountsDiffer(
          file: source.file, found: targets.names.count, expected: description.targetNames.count)
      }
      piece.values = try targets.valueTargets(source: source)
    case .none: break
    }
    return piece
  }

  // MARK: - Statistics of the training part

  private func normalization(_ method: NormalizationMethod, progress: @escaping () -> Void) -> Normalization {
    let toRange: Bool
    switch method {
    case .none: return .identity
    case .scale(let factor): return sparingIntegers(Normalization(shift: [0], scale: [Double(Float(factor))]))
    case .standard: toRange = false
    case .minmax: toRange = true
    }
    let training = pieces[0]
    let statistics = ColumnStatistics(
      rows: training.rows, width: description.featureCount, pooled: description.featureShape.extents.count > 1,
      progress: progress, row: training.table.withRow)
    var normalization = statistics.normalization(toRange: toRange)
    // Zeros and ones of categories are on a common scale already.
    var feature = 0
    for column in description.columns {
      if column.categories != nil, !normalization.isUniform || description.featureCount == 1 {
        for index in feature..<(feature + column.width) {
          normalization.shift[index] = 0
          normalization.scale[index] = 1
        }
      }
      feature += column.width
    }
    return sparingIntegers(normalization)
  }

  private func targetNormalization(_ progress: @escaping () -> Void) -> Normalization {
    let training = pieces[0], width = description.targetWidth
    return ColumnStatistics(rows: training.rows, width: width, pooled: false, progress: progress) { row, body in
      training.values.withUnsafeBufferPointer { values in
        if let base = values.baseAddress { body(base + row * width) }
      }
    }.normalization(toRange: false)
  }

  // MARK: - Laying out

  /// Fills a region of at least ``DataDescription/byteCount`` bytes, 64-byte aligned.
  ///
  /// - Parameters:
  ///   - givesBack: whether memory of the sources is given back as soon as it was read: then this can be done only once, and the
  ///     features are hardly ever in memory twice.
  ///   - progress: called now and then.
  package func write(
    into region: UnsafeMutableRawBufferPointer, givesBack: Bool = false, progress: @escaping () -> Void = {}
  ) {
    precondition(region.count >= description.byteCount, "the region is too small for the data")
    guard let base = region.baseAddress else { return }
    let layout = description.layout
    let width = description.featureCount, targetWidth = description.targetWidth
    for gap in layout.gaps { region[gap].initializeMemory(as: UInt8.self, repeating: 0) }
    if description.element == .uint8 { writeBytes(base, givesBack: givesBack, progress) }
    var first = 0, pace = Pace(progress)
    for piece in pieces {
      let count = piece.rows.count
      switch description.element {
      case .uint8: break
      case .float32:
        let output = (base + first * width * 4).bindMemory(to: Float.self, capacity: count * width)
        for (index, row) in piece.rows.enumerated() {
          piece.table.withRow(row) { (output + index * width).update(from: $0, count: width) }
          pace.add(width)
        }
        description.normalization.apply(to: output, rows: count, width: width)
      }
      let targets = base + layout.targets + first * targetWidth * 4
      switch description.targetKind {
      case .classes:
        let output = targets.bindMemory(to: Int32.self, capacity: count)
        for (index, row) in piece.rows.enumerated() { output[index] = piece.classes[row] }
      case .values:
        let output = targets.bindMemory(to: Float.self, capacity: count * targetWidth)
        for (index, row) in piece.rows.enumerated() {
          for target in 0..<targetWidth {
            output[index * targetWidth + target] = piece.values[row * targetWidth + target]
          }
        }
        description.targetNormalization.apply(to: output, rows: count, width: targetWidth)
      case .none: break
      }
      if description.hasSampleWeights {
        let output = (base + layout.weights + first * 4).bindMemory(to: Float.self, capacity: count)
        for (index, row) in piece.rows.enumerated() {
          output[index] = piece.table.sampleWeights.map { piece.weightScale($0[row]) } ?? 1
        }
      }
      first += count
    }
  }

  /// Writes features of bytes, source by source from its first row to its last.
  private func writeBytes(_ base: UnsafeMutableRawPointer, givesBack: Bool, _ progress: @escaping () -> Void) {
    let output = base.bindMemory(to: UInt8.self, capacity: description.rowCount * description.featureCount)
    var first: [Int] = [], next = 0
    for piece in pieces {
      first.append(next)
      next += piece.rows.count
    }
    for (index, piece) in pieces.enumerated() where !piece.rows.isEmpty {
      // Parts of one source are written together.
      let parts = pieces.indices.filter { !pieces[$0].rows.isEmpty && pieces[$0].table.sharesBytes(with: piece.table) }
      guard parts.first == index else { continue }
      var places = [Int](repeating: -1, count: piece.table.count)
      for part in parts {
        for (offset, row) in pieces[part].rows.enumerated() { places[row] = first[part] + offset }
      }
      piece.table.copyBytes(to: output, places: places, givesBack: givesBack, progress: progress)
    }
  }

  /// The data in memory of this process alone.
  package func makePreparedData() -> PreparedData {
    let memory = OwnedRegion(byteCount: description.byteCount)
    write(into: memory.region)
    var data = PreparedData(description, region: UnsafeRawBufferPointer(memory.region), owner: memory)
    data.notes = notes
    data.dropped = dropped
    return data
  }
}

extension DataSection {
  /// Reads, checks, splits and measures the data of this config; see ``DataPreparation``.
  package func prepare(
    in context: DataContext, targets: TargetDemand, seed: UInt64
  ) throws(DataError) -> DataPreparation {
    try DataPreparation(self, in: context, targets: targets, seed: seed)
  }
}

extension DataPreparation.Piece {
  /// Chooses ``weightScale`` by the largest weight of the rows.
  ///
  /// - Throws: ``DataError`` where all weights are 0, or one is too small beside the largest.
  fileprivate mutating func scaleWeights(of part: DataPart) throws(DataError) {
    guard let weights = table.sampleWeights, !rows.isEmpty else { return }
    guard let scale = WeightScale(rows.lazy.map { weights[$0] }) else {
      throw .noWeight(file: table.weightSource.file, part: part.name)
    }
    weightScale = scale
    guard let lost = rows.first(where: { !scale.keeps(weights[$0]) }) else { return }
    throw .lostWeight(
      file: table.weightSource.file, place: table.weightSource.place(lost),
      text: ConfigValue.number(weights[lost]).compactText,
      largest: ConfigValue.number(rows.reduce(0) { max($0, weights[$1]) }).compactText)
  }

  /// The same source with other rows.
  fileprivate func taking(_ rows: [Int]) -> DataPreparation.Piece {
    var copy = self
    copy.rows = rows
    return copy
  }
}
