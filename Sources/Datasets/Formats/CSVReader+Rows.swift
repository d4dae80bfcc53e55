internal import Kernels
internal import Specs

extension CSVReader {
  /// The cells of the rows that are kept.
  struct Cells {
    /// Those of the columns of numbers, row by row, in double.
    let numbers: FileBytes
    /// For each of these columns, whether float32 holds all of them.
    var isFloat: [Bool]
    /// For each of these columns, whether double has rounded whole numbers.
    var isRounded: [Bool]
    var categories: [TextColumn]
    var targets: [Double] = []
    var targetLabels = TextColumn()
    var weights: [Double] = []
    var lines = RowLines()
    var count = 0

    /// Forgets what a row has added that is not kept.
    mutating func cut(targets: Int, weights: Int) {
      self.targets.removeLast(self.targets.count - targets)
      self.weights.removeLast(self.weights.count - weights)
    }
  }

  /// What is wrong with the row that is being read.
  private struct RowFaults {
    var isMissing = false
    var isUnusable = false
  }

  /// What was found beside the cells.
  private struct Findings {
    var problems = CellProblems()
    var dropped = DroppedRows()
    /// Rows with a missing value, for each column of the file.
    var missing: [Int]
    /// Rows that begin with a comment mark, and the line of the first.
    var comments = 0
    var firstComment = 0
  }

  /// Reads all rows.
  ///
  /// The cells of a row with a missing value are not kept; nor is any once one was found that cannot be used: from then on cells
  /// are only counted, so that all columns with problems are named at once.
  /// - Returns: nil where the single target column turns out to be text.
  func readRows(scanner start: CSVScanner, plan: CSVColumns, targetIsText: Bool) throws(DataError) -> Table? {
    var scanner = start
    var fields: [CSVField] = []
    var findings = Findings(missing: [Int](repeating: 0, count: plan.names.count))
    findings.problems.canDropRows = canDropRows
    let numberColumns = plan.features.indices.filter { !plan.isCategorical[$0] }.map { plan.features[$0] }
    var cells = Cells(
      numbers: try FileBytes(capacity: 1 << 16, file: format.path),
      isFloat: numberColumns.map { _ in true }, isRounded: numberColumns.map { _ in false },
      categories: plan.isCategorical.map { _ in TextColumn() })
    var values = [Double](repeating: 0, count: numberColumns.count)
    let textPlaces = plan.features.indices.filter { plan.isCategorical[$0] }
    // Labels like 007 are text where this is the source that decides it.
    let decidesLabels = training == nil && plan.targets.count == 1
    let header = HeaderRow(plan.names, isNamed: format.header)
    var pace = Pace(progress), returned = 0
    while try scanner.next(into: &fields) {
      guard fields.count == plan.names.count else {
        throw .raggedRow(
          file: format.path, line: scanner.recordLine, found: fields.count, expected: plan.names.count,
          hasHeader: format.header)
      }
      if header.isRepeated(in: fields, scanner) {
        throw .misread(file: format.path, .repeatedHeader(line: scanner.recordLine))
      }
      countComment(fields[0], scanner, &findings)
      var faults = RowFaults()
      let marks = (cells.targets.count, cells.weights.count)
      for (place, column) in numberColumns.enumerated() {
        if let value = number(fields[column], scanner), Float(value).isFinite {
          values[place] = value
          if cells.isFloat[place], !RawElement.isFloat(value) { cells.isFloat[place] = false }
          if value.magnitude > 0x1p53, !cells.isRounded[place] {
            cells.isRounded[place] = DecimalNumber.isRounded(value, in: scanner.bytes(of: fields[column]))
          }
        } else {
          note(column, .feature, fields, scanner, plan, &faults, &findings)
        }
      }
      for place in textPlaces where missingMarks.contains(scanner.bytes(of: fields[plan.features[place]])) {
        note(plan.features[place], .category, fields, scanner, plan, &faults, &findings)
      }
      if targetIsText {
        for column in plan.targets where missingMarks.contains(scanner.bytes(of: fields[column])) {
          note(column, .target, fields, scanner, plan, &faults, &findings)
        }
      } else {
        for column in plan.targets {
          if let value = number(fields[column], scanner) {
            if decidesLabels, LabelKind.hasLeadingZero(scanner.bytes(of: fields[column])) { return nil }
            if value.isFinite {
              cells.targets.append(value)
              continue
            }
          } else if plan.targets.count == 1, isWord(fields[column], scanner) {
            return nil
          }
          note(column, .target, fields, scanner, plan, &faults, &findings)
        }
      }
      if let column = plan.weight {
        if let value = number(fields[column], scanner) {
          // In double: a weight reaches float32 only beside the others.
          guard value.isFinite, value.isZero || value.sign == .plus,
            !DecimalNumber.isLost(value, in: scanner.bytes(of: fields[column]))
          else {
            throw .badWeight(
              file: format.path, place: "line \(scanner.recordLine)", text: scanner.text(of: fields[column]))
          }
          cells.weights.append(value)
        } else {
          note(column, .weight, fields, scanner, plan, &faults, &findings)
        }
      }
      if faults.isMissing || faults.isUnusable || !findings.problems.isEmpty {
        cells.cut(targets: marks.0, weights: marks.1)
        if faults.isMissing { findings.dropped.rows.append(findings.dropped.total) }
      } else {
        try values.withUnsafeBufferPointer { row throws(DataError) in
          try cells.numbers.append(row, file: format.path)
        }
        for place in textPlaces {
          cells.categories[place].append(scanner.text(of: fields[plan.features[place]]))
          if cells.categories[place].labels.count > Self.categoryLimit {
            throw .tooManyCategories(
              file: format.path, column: plan.names[plan.features[place]], limit: Self.categoryLimit)
          }
        }
        if targetIsText, let column = plan.targets.first { cells.targetLabels.append(scanner.text(of: fields[column])) }
        cells.lines.append(scanner.recordLine, row: cells.count)
        cells.count += 1
      }
      findings.dropped.total += 1
      if let giveBack, scanner.position - returned >= min(longText, 1 << 22) {
        returned = scanner.position
        giveBack(returned)
      }
      pace.add(fields.count)
    }
    try settle(&findings, plan, kept: cells.count)
    var table = try makeTable(
      cells, plan, source: RowSource(file: format.path, lines: cells.lines), targetIsText: targetIsText)
    table.dropped = findings.dropped
    return table
  }

  /// Ends the reading of rows where they cannot be used.
  private func settle(_ findings: inout Findings, _ plan: CSVColumns, kept: Int) throws(DataError) {
    let file = format.path
    guard findings.dropped.total > 0 else { throw .noRows(file: file) }
    // A column of names that begin with a mark is one; a few rows that do are comments.
    if findings.comments > 0, findings.comments * 2 < findings.dropped.total {
      throw .misread(file: file, .comment(line: findings.firstComment, mark: "#"))
    }
    findings.problems.rows = findings.dropped.total
    guard findings.problems.isEmpty else { throw .cells(file: file, findings.problems) }
    findings.dropped.columns = plan.names.indices.filter { findings.missing[$0] > 0 }.map {
      (plan.names[$0], findings.missing[$0])
    }
    guard kept > 0 else { throw .nothingLeft(file: file, findings.dropped) }
  }

  /// The number in a cell; nil where there is none, or one that is a mark for a missing value.
  private func number(_ field: CSVField, _ scanner: CSVScanner) -> Double? {
    guard let number = DecimalNumber.parse(scanner.bytes(of: field)) else { return nil }
    return missingMarks.hasNumbers && missingMarks.contains(number) ? nil : number
  }

  /// Whether a cell of a target column makes it one of text.
  private func isWord(_ field: CSVField, _ scanner: CSVScanner) -> Bool {
    guard !missingMarks.contains(scanner.bytes(of: field)) else { return false }
    let cause = CellCause(of: scanner.text(of: field))
    // Among numbers infinity is one, though not a usable one.
    return cause != .infinite
  }

  /// Takes down a cell that cannot be used.
  private func note(
    _ column: Int, _ role: CellProblems.Role, _ fields: [CSVField], _ scanner: CSVScanner, _ plan: CSVColumns,
    _ faults: inout RowFaults, _ findings: inout Findings
  ) {
    let isMissing = missingMarks.contains(scanner.bytes(of: fields[column]))
    if isMissing, dropsRows {
      faults.isMissing = true
      findings.missing[column] += 1
      return
    }
    faults.isUnusable = true
    let text = scanner.text(of: fields[column])
    let cause: CellCause =
      isMissing ? .missing : number(fields[column], scanner) != nil ? .beyondFloat : CellCause(of: text)
    findings.problems.add(
      cause, column: plan.names[column], role: role, place: "line \(scanner.recordLine)", text: text)
  }

  private func countComment(_ field: CSVField, _ scanner: CSVScanner, _ findings: inout Findings) {
    guard field.start < field.end, scanner.bytes[field.start] == UInt8(ascii: "#"), !field.isQuoted,
      !missingMarks.contains(scanner.bytes(of: field))
    else { return }
    findings.comments += 1
    if findings.comments == 1 { findings.firstComment = scanner.recordLine }
  }
}

/// The first line of a table, to find it again where files were joined.
private struct HeaderRow {
  private let names: [[UInt8]]

  init(_ names: [String], isNamed: Bool) {
    // A row of numbers may be like names that are numbers.
    let hasWord = names.contains { name in
      var name = name
      return name.withUTF8 { DecimalNumber.parse($0) } == nil
    }
    self.names = isNamed && hasWord ? names.map { Array($0.utf8) } : []
  }

  func isRepeated(in fields: [CSVField], _ scanner: CSVScanner) -> Bool {
    guard let first = names.first, isSame(fields[0], first, scanner) else { return false }
    return zip(fields, names).allSatisfy { isSame($0, $1, scanner) }
  }

  private func isSame(_ field: CSVField, _ name: [UInt8], _ scanner: CSVScanner) -> Bool {
    field.end - field.start == name.count && scanner.bytes(of: field).elementsEqual(name)
  }
}
