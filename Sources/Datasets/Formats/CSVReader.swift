internal import Specs

/// Turns CSV text into a ``Table``.
struct CSVReader {
  /// More categories than this in one column are taken for a mistake.
  static let categoryLimit = 10_000

  var format: CSVFormat
  /// What the training source decided; nil for that source itself.
  var training: SourceNames? = nil
  var readsTargets = true
  /// Called now and then.
  var progress: () -> Void = {}

  /// The cells read so far.
  private struct Cells {
    var numbers: [Float] = []
    var categories: [TextColumn]
    var targets: [Double] = []
    var targetLabels = TextColumn()
    var weights: [Float] = []
    var lines = RowLines()
    var count = 0
  }

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

  // MARK: - Rows

  /// Returns nil where the single target column turns out to be text.
  private func readRows(
    scanner start: CSVScanner, plan: CSVColumns, targetIsText: Bool
  ) throws(DataError) -> Table? {
    var scanner = start
    var fields: [CSVField] = []
    var cells = Cells(categories: plan.isCategorical.map { _ in TextColumn() })
    // Labels like 007 are text where this is the source that decides it.
    let decidesLabels = training == nil && plan.targets.count == 1
    var pace = Pace(progress)
    while try scanner.next(into: &fields) {
      guard fields.count == plan.names.count else {
        throw .raggedRow(
          file: format.path, line: scanner.recordLine, found: fields.count, expected: plan.names.count,
          hasHeader: format.header)
      }
      for (place, column) in plan.features.enumerated() {
        if plan.isCategorical[place] {
          let text = scanner.text(of: fields[column])
          guard !text.isEmpty else { throw missing(fields[column], scanner, plan.names[column]) }
          cells.categories[place].append(text)
          if cells.categories[place].labels.count > Self.categoryLimit {
            throw .tooManyCategories(file: format.path, column: plan.names[column], limit: Self.categoryLimit)
          }
        } else {
          cells.numbers.append(try float(fields[column], scanner, plan.names[column], isFeature: true))
        }
      }
      if targetIsText, let column = plan.targets.first {
        guard !DecimalNumber.isMissing(scanner.bytes(of: fields[column])) else {
          throw missing(fields[column], scanner, plan.names[column])
        }
        cells.targetLabels.append(scanner.text(of: fields[column]))
      } else {
        for column in plan.targets {
          guard let number = DecimalNumber.parse(scanner.bytes(of: fields[column])) else {
            if plan.targets.count == 1, !DecimalNumber.isMissing(scanner.bytes(of: fields[column])) { return nil }
            throw notANumber(fields[column], scanner, plan.names[column], isFeature: false)
          }
          if decidesLabels, LabelKind.hasLeadingZero(scanner.bytes(of: fields[column])) { return nil }
          guard number.isFinite else { throw beyondFloat(fields[column], scanner, plan.names[column]) }
          cells.targets.append(number)
        }
      }
      if let column = plan.weight {
        let weight = try float(fields[column], scanner, plan.names[column], isFeature: false)
        guard weight >= 0 else {
          throw .negativeWeight(
            file: format.path, place: "line \(scanner.recordLine)", text: scanner.text(of: fields[column]))
        }
        cells.weights.append(weight)
      }
      cells.lines.append(scanner.recordLine, row: cells.count)
      cells.count += 1
      pace.add(fields.count)
    }
    guard cells.count > 0 else { throw .noRows(file: format.path) }
    return try makeTable(
      cells, plan, source: RowSource(file: format.path, lines: cells.lines), targetIsText: targetIsText)
  }

  private func float(
    _ field: CSVField, _ scanner: CSVScanner, _ column: String, isFeature: Bool
  ) throws(DataError) -> Float {
    guard let number = DecimalNumber.parse(scanner.bytes(of: field)) else {
      throw notANumber(field, scanner, column, isFeature: isFeature)
    }
    let value = Float(number)
    guard value.isFinite else { throw beyondFloat(field, scanner, column) }
    return value
  }

  private func notANumber(
    _ field: CSVField, _ scanner: CSVScanner, _ column: String, isFeature: Bool
  ) -> DataError {
    guard !DecimalNumber.isMissing(scanner.bytes(of: field)) else { return missing(field, scanner, column) }
    return .notANumber(
      file: format.path, place: "line \(scanner.recordLine)", column: column, text: scanner.text(of: field),
      isFeature: isFeature)
  }

  private func missing(_ field: CSVField, _ scanner: CSVScanner, _ column: String) -> DataError {
    .missingValue(
      file: format.path, place: "line \(scanner.recordLine)", column: column, text: scanner.text(of: field))
  }

  private func beyondFloat(_ field: CSVField, _ scanner: CSVScanner, _ column: String) -> DataError {
    .beyondFloat(
      file: format.path, place: "line \(scanner.recordLine)", column: column, text: scanner.text(of: field))
  }

  // MARK: - Table

  private func makeTable(
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
