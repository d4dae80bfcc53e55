internal import Specs

/// Turns CSV text into a ``Table``.
struct CSVReader {
  /// More categories than this in one column are taken for a mistake.
  static let categoryLimit = 10_000

  var format: CSVFormat
  var trainingColumns: [FeatureColumn]
  /// Called now and then.
  var progress: () -> Void = {}

  /// What the columns of the file are for.
  private struct Plan {
    /// File columns of the features, in the order of the features.
    var features: [Int]
    /// Whether each of them is categorical.
    var isCategorical: [Bool]
    var targets: [Int]
    var weight: Int?
    /// Display names of the file's columns.
    var names: [String]
    /// The known categories per feature, empty for the training source.
    var knownCategories: [[String]?]
  }

  /// The cells read so far.
  private struct Cells {
    var numbers: [Float] = []
    var categories: [TextColumn]
    var targets: [Double] = []
    var targetLabels = TextColumn()
    var weights: [Float] = []
    var count = 0
  }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: [UInt8]) throws(DataError) -> Table {
    try content.withUnsafeBufferPointer { bytes throws(DataError) in try read(bytes) }
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
      throw TableLayout(bytes, format: format, trainingColumns: trainingColumns).cause(of: error) ?? error
    }
  }

  private func readTable(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> Table {
    let file = format.path
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: file)
    var fields: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &fields) else { throw .noRows(file: file) }
    let names = try columnNames(fields, scanner)
    if !format.header { scanner = beginning }
    let plan = try makePlan(names)
    let start = scanner
    // A target column is text as soon as one cell is: then it is read again from the top, so that labels keep their spelling.
    if let table = try readRows(scanner: start, plan: plan, targetIsText: false) { return table }
    guard let table = try readRows(scanner: start, plan: plan, targetIsText: true) else { throw .noRows(file: file) }
    return table
  }

  // MARK: - Columns

  private func columnNames(_ fields: [CSVField], _ scanner: CSVScanner) throws(DataError) -> [String] {
    guard format.header else { return fields.indices.map(String.init) }
    if fields.allSatisfy({ DecimalNumber.parse(scanner.bytes(of: $0)) != nil }) {
      throw .headerOfNumbers(file: format.path)
    }
    let names = fields.map(scanner.text(of:))
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted { throw .duplicateColumn(file: format.path, column: name) }
    return names
  }

  private func makePlan(_ names: [String]) throws(DataError) -> Plan {
    var positions: [String: Int] = [:]
    for (index, name) in names.enumerated() { positions[name] = index }
    func position(_ column: CSVFormat.Column) throws(DataError) -> Int {
      switch column {
      case .name(let name):
        guard let index = positions[name] else {
          throw .unknownColumn(file: format.path, column: name, known: names)
        }
        return index
      case .index(let index):
        guard index < names.count else {
          throw .columnOutOfRange(file: format.path, index: index, count: names.count)
        }
        return index
      }
    }
    let targets = try format.targets.map(position)
    let weight = try format.sampleWeight.map(position)
    let features: [Int]
    let trained = trainingColumns.map { CSVFormat.Column.name($0.name) }
    if let stated = format.features, trained.isEmpty || Set(stated) != Set(trained) {
      features = try stated.map(position)
    } else if format.header, !trainingColumns.isEmpty {
      // The training source's columns in their order, wherever they stand in this file or in 'features'.
      features = try trainingColumns.map { column throws(DataError) in try position(.name(column.name)) }
    } else {
      let others = Set(targets + [weight].compactMap { $0 })
      features = names.indices.filter { !others.contains($0) }
    }
    guard !features.isEmpty else { throw .noFeatureColumns(file: format.path) }
    if !trainingColumns.isEmpty, trainingColumns.count != features.count {
      throw .shapesDiffer(
        file: format.path, found: [features.count], expected: [trainingColumns.count])
    }
    let categorical = Set(try format.categorical.map(position))
    return Plan(
      features: features,
      isCategorical: features.enumerated().map { place, column in
        trainingColumns.isEmpty ? categorical.contains(column) : trainingColumns[place].categories != nil
      },
      targets: targets, weight: weight, names: names,
      knownCategories: trainingColumns.isEmpty
        ? features.map { _ in nil } : trainingColumns.map(\.categories))
  }

  // MARK: - Rows

  /// Returns nil where the single target column turns out to be text.
  private func readRows(
    scanner start: CSVScanner, plan: Plan, targetIsText: Bool
  ) throws(DataError) -> Table? {
    var scanner = start
    var fields: [CSVField] = []
    var cells = Cells(categories: plan.isCategorical.map { _ in TextColumn() })
    var firstLine: Int?, pace = Pace(progress)
    while try scanner.next(into: &fields) {
      firstLine = firstLine ?? scanner.recordLine
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
      cells.count += 1
      pace.add(fields.count)
    }
    guard cells.count > 0 else { throw .noRows(file: format.path) }
    return try makeTable(
      cells, plan, source: RowSource(file: format.path, firstLine: scanner.hasMultilineRecords ? nil : firstLine),
      targetIsText: targetIsText)
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
    _ cells: Cells, _ plan: Plan, source: RowSource, targetIsText: Bool
  ) throws(DataError) -> Table {
    let names = plan.features.map { plan.names[$0] }
    let columns = names.enumerated().map { place, name in
      FeatureColumn(
        name: name,
        categories: plan.isCategorical[place]
          ? plan.knownCategories[place] ?? cells.categories[place].sortedLabels : nil)
    }
    var table = Table(
      source: source, count: cells.count, featureShape: [columns.reduce(0) { $0 + $1.width }],
      features: .float32(try oneHot(cells, columns, source)))
    table.columns = columns
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
      var indices: [String: Int] = [:]
      for (index, name) in (column.categories ?? []).enumerated() { indices[name] = index }
      return cells.categories[place].labels.map { indices[$0] }
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

  /// By value where all labels are numbers, else by characters.
  var sortedLabels: [String] {
    let numbers = labels.compactMap { label in
      var label = label
      return label.withUTF8 { DecimalNumber.parse($0) }
    }
    guard numbers.count == labels.count else { return labels.sorted() }
    return zip(numbers, labels).sorted { $0.0 < $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }.map(\.1)
  }
}
