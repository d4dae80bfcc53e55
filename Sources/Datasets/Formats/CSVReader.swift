internal import Specs

/// Turns CSV text into a ``Table``.
struct CSVReader {
  /// More categories than this in one column are taken for a mistake.
  static let categoryLimit = 10_000

  var format: CSVFormat
  /// What the training source decided; nil for that source itself.
  var training: SourceNames? = nil
  var readsTargets = true
  var missing = MissingRule()
  /// Whether the one who reads the sentence can set `data.missing`.
  var canDropRows = true
  /// Called now and then.
  var progress: () -> Void = {}

  /// The marks of this source; else those of the training source.
  var missingMarks: MissingMarks { format.missingValues ?? missing.marks ?? .usual }
  var dropsRows: Bool { missing.policy == .dropRow }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: [UInt8]) throws(DataError) -> Table {
    try content.withUnsafeBufferPointer { bytes throws(DataError) in try read(bytes) }
  }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: FileBytes) throws(DataError) -> Table {
    try content.withUnsafeBytes { bytes throws(DataError) in try read(bytes.assumingMemoryBound(to: UInt8.self)) }
  }

  private func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> Table {
    let file = format.path
    guard !bytes.isEmpty else { throw .emptyFile(file: file) }
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: file, signature) }
    if let fault = UTF8Text.check(bytes).fault {
      throw .notUTF8(file: file, TextFault(fault, in: bytes, format: format))
    }
    if let byte = TableLayout.separatorLine(bytes) {
      throw .misread(file: file, .separatorLine(byte, stated: format.delimiter))
    }
    do throws(DataError) { return try readTable(bytes) } catch {
      let columns = training?.naming == .header ? training?.columns : nil
      throw TableLayout(bytes, format: format, trainingColumns: columns ?? []).cause(of: error) ?? error
    }
  }

  private func readTable(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> Table {
    let file = format.path
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: file)
    var fields: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &fields) else { throw .noRows(file: file) }
    let plan = try columns(fields.map { scanner.text(of: $0).trimmed })
    if !format.header { scanner = beginning }
    let start = scanner
    // The training source decides whether labels are text: there a target column is text as soon as one cell is. Then it is
    // read again from the top, so that labels keep their spelling.
    if training?.labels != .text, let table = try readRows(scanner: start, plan: plan, targetIsText: false) {
      return table
    }
    guard let table = try readRows(scanner: start, plan: plan, targetIsText: true) else { throw .noRows(file: file) }
    return table
  }

  // MARK: - Columns

  /// What the columns are for, from the cells of the first line.
  private func columns(_ cells: [String]) throws(DataError) -> CSVColumns {
    let header = CSVHeader(format: format, training: training)
    let columns = try CSVColumns(
      format, names: try header.names(cells), training: training, readsTargets: readsTargets)
    // A line of words cannot be a row where numbers are wanted.
    if !format.header, columns.isCategorical.contains(false), cells.allSatisfy(CSVHeader.isWord) {
      throw .names(file: format.path, .textUnannounced(first: cells[0]))
    }
    return columns
  }

  // MARK: - Table

  func makeTable(
    _ cells: Cells, _ plan: CSVColumns, source: RowSource, targetIsText: Bool
  ) throws(DataError) -> Table {
    let names = plan.features.map { plan.names[$0] }
    let columns = try names.enumerated().map { place, name throws(DataError) in
      guard plan.isCategorical[place] else { return FeatureColumn(name: name) }
      let found = cells.categories[place]
      if let known = plan.knownCategories[place] { return FeatureColumn(name: name, categories: known) }
      try found.requireNoTwins("category", source)
      return FeatureColumn(name: name, categories: LabelKind.distinct(found.labels))
    }
    var table = Table(
      source: source, count: cells.count, featureShape: [columns.reduce(0) { $0 + $1.width }],
      features: .float32(try oneHot(cells, columns, source)))
    table.columns = columns
    table.naming = format.header ? .header : .index
    if targetIsText, let target = plan.targets.first {
      table.targets = .text(
        codes: cells.targetLabels.codes, labels: cells.targetLabels.labels, name: plan.names[target])
    } else if !plan.targets.isEmpty {
      table.targets = .numbers(cells.targets, names: plan.targets.map { plan.names[$0] })
    }
    if plan.weight != nil { table.sampleWeights = cells.weights }
    return table
  }

  /// Numbers as they are, categories as one 1 among zeros.
  private func oneHot(_ cells: Cells, _ columns: [FeatureColumn], _ source: RowSource) throws(DataError) -> [Float] {
    guard columns.contains(where: { $0.categories != nil }) else { return cells.numbers }
    let width = columns.reduce(0) { $0 + $1.width }
    let (elements, overflows) = cells.count.multipliedReportingOverflow(by: width * 4)
    try Memory.check(byteCount: overflows ? .max : elements, for: format.path)
    // Per categorical column: the position of each label among the categories.
    let positions = columns.enumerated().map { place, column -> [Int?] in
      let categories = column.categories ?? []
      let index = LabelIndex(categories, kind: LabelKind(of: categories))
      return cells.categories[place].labels.map(index.index)
    }
    var features = [Float](repeating: 0, count: cells.count * width)
    var number = 0, pace = Pace(progress)
    for row in 0..<cells.count {
      pace.add(width)
      var slot = row * width
      for (place, column) in columns.enumerated() {
        if let categories = column.categories {
          let code = Int(cells.categories[place].codes[row])
          guard let position = positions[place][code] else {
            throw .unseenCategory(
              file: format.path, place: source.place(row), column: column.name,
              text: cells.categories[place].labels[code], known: categories)
          }
          features[slot + position] = 1
        } else {
          features[slot] = cells.numbers[number]
          number += 1
        }
        slot += column.width
      }
    }
    return features
  }
}

/// A column of text: each label once, and per row its index.
struct TextColumn {
  private(set) var codes: [Int32] = []
  /// The labels in order of first appearance.
  private(set) var labels: [String] = []
  private var indices: [String: Int32] = [:]

  mutating func append(_ label: String) {
    if let index = indices[label] {
      codes.append(index)
    } else {
      indices[label] = Int32(labels.count)
      codes.append(Int32(labels.count))
      labels.append(label)
    }
  }
}
