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
  /// Called with a byte before which nothing is read any more.
  private(set) var giveBack: ((Int) -> Void)?

  /// Bytes from which on a text goes back to the system while it is read.
  var longText = 1 << 25

  /// The marks of this source; else those of the training source.
  var missingMarks: MissingMarks { format.missingValues ?? missing.marks ?? .usual }
  var dropsRows: Bool { missing.policy == .dropRow }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: [UInt8]) throws(DataError) -> Table {
    try content.withUnsafeBufferPointer { bytes throws(DataError) in try read(bytes) }
  }

  /// Reads a text whose pages go back to the system once they were read, where it is a long one: they are hardly ever in memory beside
  /// the numbers that they hold.
  ///
  /// - Parameter again: the same text once more, where it has to be looked at again.
  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: FileBytes, again: @escaping () throws(DataError) -> FileBytes) throws(DataError) -> Table {
    guard content.count > longText else {
      return try content.withUnsafeBytes { bytes throws(DataError) in
        try read(bytes.assumingMemoryBound(to: UInt8.self))
      }
    }
    var reader = self
    var isWhole = true
    reader.giveBack = {
      content.giveBack(before: $0)
      isWhole = false
    }
    return try content.withUnsafeBytes { bytes throws(DataError) in
      try reader.read(bytes.assumingMemoryBound(to: UInt8.self)) { () throws(DataError) in
        isWhole ? content : try again()
      }
    }
  }

  private func read(
    _ bytes: UnsafeBufferPointer<UInt8>, again: (() throws(DataError) -> FileBytes)? = nil
  ) throws(DataError) -> Table {
    let file = format.path
    guard !bytes.isEmpty else { throw .emptyFile(file: file) }
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: file, signature) }
    if let fault = UTF8Text.check(bytes).fault {
      throw .notUTF8(file: file, TextFault(fault, in: bytes, format: format))
    }
    if let byte = TableLayout.separatorLine(bytes) {
      throw .misread(file: file, .separatorLine(byte, stated: format.delimiter))
    }
    /// Looks at the whole text, which may have to be fetched again.
    func whole<Value>(
      _ body: (UnsafeBufferPointer<UInt8>) throws(DataError) -> Value
    ) throws(DataError) -> Value {
      guard let again else { return try body(bytes) }
      return try again().withUnsafeBytes { bytes throws(DataError) in
        try body(bytes.assumingMemoryBound(to: UInt8.self))
      }
    }
    do throws(DataError) {
      // The training source decides whether labels are text: there a target column is text as soon as one cell is. Then it is
      // read again from the top, so that labels keep their spelling.
      if training?.labels == .text, let table = try readTable(bytes, targetIsText: true) { return table }
      if training?.labels != .text, let table = try readTable(bytes, targetIsText: false) { return table }
      let table = try whole { bytes throws(DataError) in
        var reader = self
        reader.giveBack = nil
        return try reader.readTable(bytes, targetIsText: true)
      }
      guard let table else { throw .noRows(file: file) }
      return table
    } catch {
      let columns = training?.naming == .header ? training?.columns : nil
      let cause = try? whole { bytes throws(DataError) in
        TableLayout(bytes, format: format, trainingColumns: columns ?? []).cause(of: error)
      }
      throw (cause ?? nil) ?? error
    }
  }

  private func readTable(
    _ bytes: UnsafeBufferPointer<UInt8>, targetIsText: Bool
  ) throws(DataError) -> Table? {
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: format.path)
    var fields: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &fields) else { throw .noRows(file: format.path) }
    let plan = try columns(fields.map { scanner.text(of: $0).trimmed })
    return try readRows(scanner: format.header ? scanner : beginning, plan: plan, targetIsText: targetIsText)
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
      features: .columns(
        RawColumns(
          numbers: cells.numbers, isFloat: cells.isFloat, isRounded: cells.isRounded,
          codes: try codes(cells, columns, source))))
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

  /// For each column with categories the index of each row's category.
  private func codes(_ cells: Cells, _ columns: [FeatureColumn], _ source: RowSource) throws(DataError) -> [[Int32]] {
    var codes: [[Int32]] = [], unseen: [(row: Int, column: FeatureColumn, label: String)] = []
    for (place, column) in columns.enumerated() {
      guard let categories = column.categories else { continue }
      let index = LabelIndex(categories, kind: LabelKind(of: categories)), found = cells.categories[place]
      let positions = found.labels.map(index.index)
      // Labels stand in order of their first rows.
      if let label = positions.firstIndex(of: nil), let row = found.codes.firstIndex(of: Int32(label)) {
        unseen.append((row, column, found.labels[label]))
      }
      codes.append(found.codes.map { Int32(positions[Int($0)] ?? 0) })
    }
    if let first = unseen.min(by: { $0.row < $1.row }) {
      throw .unseenCategory(
        file: format.path, place: source.place(first.row), column: first.column.name, text: first.label,
        known: first.column.categories ?? [])
    }
    return codes
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
