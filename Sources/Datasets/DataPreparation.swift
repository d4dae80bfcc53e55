internal import Kernels
internal import Platform
internal import Specs

/// Data read and checked, ready to be laid out in memory: what one rank per node makes, once.
///
/// ```
/// let preparation = try section.prepare(in: context, targets: .classes, seed: 42)
/// let region = …  // preparation.description.byteCount bytes, maybe shared by the node
/// preparation.write(into: region)
/// let data = PreparedData(preparation.description, region: UnsafeRawBufferPointer(region))  // on each rank of a node
/// ```
package struct DataPreparation: Sendable {
  /// A source that was read, with targets of the kind wanted.
  struct Source: Sendable {
    var table: Table
    /// Per row of the table.
    var classes: [Int32] = []
    /// Per row of the table and target, not normalized.
    var values: [Double] = []
  }

  /// One part: which rows of which source.
  struct Piece: Sendable {
    var source: Int
    var rows: [Int]
    /// What brings the rows' weights to float32.
    var weightScale = WeightScale()
  }

  package private(set) var description: DataDescription
  /// How the rows lie in memory.
  package private(set) var layout = DataLayout(sources: [], parts: [])
  private(set) var sources: [Source] = []
  private(set) var pieces: [Piece] = []
  /// What a person should know of the rows: those that were left out, and why.
  package private(set) var notes: [String] = []
  /// The rows of a source that were left out, where all its other rows are the test part.
  package private(set) var dropped = DroppedRows()
  /// What keeps the training rows together in folds, or orders them.
  package private(set) var foldKeys: FoldKeys?
  /// Figures of the training source's columns, where they are wanted and it has columns.
  package private(set) var profile: TableProfile?

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
    context.mapping = section.mapping
    context.columns = section.columns
    context.keys = section.keyRequests
    context.cutsParts = section.cutsParts
    let began = Clock.now(), training = try section.train.load(in: context), seconds = Clock.now() - began
    if context.profilesColumns {
      profile = TableProfile(training, progress: context.progress)
      profile?.seconds = seconds
    }
    (context.keys, context.cutsParts) = ([], false)
    let kind = demand.kind(of: training.targets)
    if kind == .classes { try section.requireClassTransform(training) }
    description = DataDescription(
      featureShape: training.featureShape, columns: training.columns,
      naming: training.naming, targetKind: kind, classNames: [], labelKind: training.targets?.labelKind ?? .numbers,
      targetNames: training.targets?.names ?? [], hasSampleWeights: false,
      normalization: .identity, targetNormalization: .identity, counts: [],
      missing: MissingRule(policy: section.missing, marks: section.train.missingValues))
    (description.targetColumns, description.weight) = (training.targetColumns, training.weightColumn)
    description.countsFromZero = section.train.countsFromZero
    try planFields(section)
    if kind == .classes, let targets = training.targets {
      description.classNames = try targets.classNames(of: training.targetSource)
    }
    if let positive = section.positiveClass {
      description.classNames = try positive.ordering(description.classNames)
    }
    let whole = try source(training)
    sources = [whole]
    let cutter = RowCutter(section, training, classes: kind == .classes ? whole.classes : nil, seed: seed)
    let (wholeSplit, cuts) = try cutter.cut()
    var split = wholeSplit
    if let folds = section.folds {
      (split.train, split.validation) = ((split.train + split.validation).sorted(), [])
      foldKeys = try cutter.foldKeys(folds, rows: split.train)
    }
    sources[0].table.keys = []
    let categories = try decideColumns(by: split.train, section)
    pieces = [Piece(source: 0, rows: split.train)]
    note(training, isSplit: section.cutsParts)
    // Of folds the rows of validation are not kept apart.
    notes += (section.folds == nil ? cuts : []) + categories
    for (part, source, rows) in [
      (DataPart.validation, section.validation, split.validation), (.test, section.test, split.test),
    ] {
      switch section.folds == nil ? source : nil {
      case nil: pieces.append(Piece(source: 0, rows: []))
      case .rows(let choice):
        guard !rows.isEmpty || part == .validation && section.mayLackValidation else {
          throw .emptyPart(part: part.name, fraction: choice.fraction ?? 0, rows: training.count)
        }
        pieces.append(Piece(source: 0, rows: rows))
      case .source(let format):
        context.training = description.names
        context.missing = description.missing
        let table = try format.load(in: context)
        note(table, part: part)
        pieces.append(Piece(source: sources.count, rows: Array(0..<table.count)))
        sources.append(try self.source(table))
      }
    }
    try settle(context.progress)
    let preparation = try preparation(section.normalize, progress: context.progress)
    (description.normalization, description.treatments) = (preparation.normalization, preparation.treatments)
    try requireInside(canChoose: true, progress: context.progress)
    let transforms = description.targetTransforms(section.normalizeTargets)
    try requireTargetsInside(transforms.map(\.function), canChoose: true, progress: context.progress)
    description.targetNormalization = targetNormalization(transforms, context.progress)
    notes += notesOnDistinctCells(section, progress: context.progress)
    notes += notesOnOverlap(context.progress)
  }

  /// What a network reads, by the columns of the training source.
  private mutating func planFields(_ section: DataSection) throws(DataError) {
    do throws(ConfigError) {
      description.fields = try FieldPlan(
        section.fields, columns: description.columns, featureShape: description.featureShape
      ).fields()
    } catch {
      throw .field(error)
    }
  }

  /// Decides the categories and indicators of the training source by its training part, where parts are cut from it.
  private mutating func decideColumns(by rows: [Int], _ section: DataSection) throws(DataError) -> [String] {
    guard section.cutsParts else { return [] }
    let before = sources[0].table.columns, hasUndecided = !sources[0].table.undecided.isEmpty
    var notes = try sources[0].table.decideCategories(by: rows)
    notes += sources[0].table.settleIndicators(by: rows)
    let table = sources[0].table
    guard hasUndecided || table.columns != before else { return [] }
    (description.columns, description.featureShape) = (table.columns, table.featureShape)
    try planFields(section)
    return notes.map { "\(table.source.file.oneLine): \($0)" }
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
    sources = [try source(table)]
    pieces = [[], [], Array(0..<table.count)].map { Piece(source: 0, rows: $0) }
    note(table)
    dropped = table.dropped
    try settle(context.progress)
    try requireInside(canChoose: false, progress: context.progress)
    try requireTargetsInside(description.targetFunctions, canChoose: false, progress: context.progress)
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
    var context = context
    context.mapping = section.mapping
    if !isOwn { (context.keys, context.isCut) = (section.keyRequests, true) }
    let table = try format.load(in: Self.following(description, description.targetKind, context))
    sources = [try source(table)]
    let rows = isOwn ? Array(0..<table.count) : try testRows(of: sources[0], section, seed: seed)
    pieces = [[], [], rows].map { Piece(source: 0, rows: $0) }
    note(table, isSplit: !isOwn)
    if isOwn { dropped = table.dropped }
    try settle(context.progress)
    try requireInside(canChoose: false, progress: context.progress)
    try requireTargetsInside(description.targetFunctions, canChoose: false, progress: context.progress)
  }

  /// The rows of the training source that the config once gave to the test part.
  private func testRows(of whole: Source, _ section: DataSection, seed: UInt64) throws(DataError) -> [Int] {
    let own = [(DataPart.validation, section.validation), (.test, section.test)].filter { $1?.choice != nil }.map(\.0)
    let expected = ([.train] + own).reduce(0) { $0 + description.count(of: $1) }
    let count = whole.table.count
    guard count == expected else {
      throw .names(file: whole.table.source.file, .rowsChanged(found: count, expected: expected))
    }
    let split = try RowCutter(
      section, whole.table, classes: description.targetKind == .classes ? whole.classes : nil, seed: seed
    ).cut().split
    for (part, found) in [(DataPart.validation, split.validation.count), (.test, split.test.count)]
    where own.contains(part) && found != description.count(of: part) {
      throw .split(
        file: whole.table.source.file,
        .cutOtherwise(part: part.name, found: found, expected: description.count(of: part)))
    }
    return split.test
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
    let of = part.map { " (\($0.name))" } ?? ""
    notes += table.notes.map { "\(table.source.file.oneLine)\(of): \($0)" }
    guard !table.dropped.rows.isEmpty else { return }
    notes.append(
      "\(table.source.file.oneLine)\(of): \(table.dropped.words)\(isSplit ? ", before fractions are taken" : "")")
  }

  /// Settles what depends on all parts together.
  private mutating func settle(_ progress: @escaping () -> Void) throws(DataError) {
    for (index, part) in DataPart.allCases.enumerated() {
      try pieces[index].scaleWeights(of: part, in: sources[pieces[index].source].table)
    }
    description.counts = pieces.map(\.rows.count)
    description.hasSampleWeights = pieces.contains {
      !$0.rows.isEmpty && sources[$0.source].table.sampleWeights != nil
    }
    layout = makeLayout(progress)
  }

  /// The source of a part, and its rows there.
  package func origin(of part: DataPart) -> (source: RowSource, rows: [Int]) {
    let piece = pieces[part.rawValue]
    return (sources[piece.source].table.source, piece.rows)
  }

  /// The source of the training part, and its rows there.
  package var trainingOrigin: (source: RowSource, rows: [Int]) { origin(of: .train) }

  /// All rows of a source, with the targets that the description asks for.
  private func source(_ table: Table) throws(DataError) -> Source {
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
    var prepared = Source(table: table)
    try requireIntegers(table)
    guard description.targetKind != .none else {
      prepared.table.sampleWeights = nil
      return prepared
    }
    guard let targets = table.targets else { throw .noTargets(file: file) }
    let source = table.targetSource
    switch description.targetKind {
    case .classes:
      prepared.classes = try targets.classTargets(
        names: description.classNames, kind: description.labelKind, source: source)
    case .values:
      guard targets.names.count == description.targetNames.count else {
        throw .targetCountsDiffer(
          file: source.file, found: targets.names.count, expected: description.targetNames.count)
      }
      prepared.values = try targets.valueTargets(source: source)
    case .none: break
    }
    // They are held once.
    prepared.table.targets = nil
    return prepared
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
  fileprivate mutating func scaleWeights(of part: DataPart, in table: Table) throws(DataError) {
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
}
