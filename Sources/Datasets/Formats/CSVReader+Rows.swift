internal import Kernels
internal import Specs

extension CSVReader {
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
  /// - Returns: false where the single target column turns out to be text.
  func readRows(scanner start: CSVScanner, plan: CSVColumns, targetIsText: Bool) throws(DataError) -> Bool {
    var scanner = start
    var cells: [CSVField] = []
    var findings = Findings(missing: [Int](repeating: 0, count: plan.names.count))
    findings.problems.canDropRows = sink.context.canDropRows
    let fields = plan.fields(targetIsText: targetIsText), format = format, missingMarks = missingMarks
    try sink.begin(fields, from: format.path, naming: format.header ? .header : .index)
    var block = RowBlock(fields)
    let numberPlaces = plan.features.indices.filter { !plan.isCategorical[$0] }
    let numberColumns = numberPlaces.map { plan.features[$0] }
    var isRounded = numberColumns.map { _ in false }
    let textColumns =
      plan.features.indices.filter { plan.isCategorical[$0] }.map { plan.features[$0] }
      + (targetIsText ? plan.targets : [])
    // The numbers of a row: features, targets, weight.
    var values = [Double](repeating: 0, count: fields.reduce(0) { $0 + $1.width })
    // Labels like 007 are text where this is the source that decides it.
    let decidesLabels = training == nil && plan.targets.count == 1
    let header = HeaderRow(plan.names, isNamed: format.header)
    var pace = Pace(sink.context.progress), returned = 0, kept = 0
    while try scanner.next(into: &cells) {
      guard cells.count == plan.names.count else {
        throw .raggedRow(
          file: format.path, line: scanner.recordLine, found: cells.count, expected: plan.names.count,
          hasHeader: format.header)
      }
      if header.isRepeated(in: cells, scanner) {
        throw .misread(file: format.path, .repeatedHeader(line: scanner.recordLine))
      }
      countComment(cells[0], scanner, &findings)
      var faults = RowFaults()
      for (place, column) in numberColumns.enumerated() {
        if let value = number(cells[column], scanner), Float(value).isFinite {
          values[place] = value
          if value.magnitude > 0x1p53, !isRounded[place] {
            isRounded[place] = DecimalNumber.isRounded(value, in: scanner.bytes(of: cells[column]))
          }
        } else {
          note(column, .feature, cells, scanner, plan, &faults, &findings)
        }
      }
      for column in textColumns where missingMarks.contains(scanner.bytes(of: cells[column])) {
        note(column, plan.targets.contains(column) ? .target : .category, cells, scanner, plan, &faults, &findings)
      }
      var next = numberColumns.count
      if !targetIsText {
        for column in plan.targets {
          defer { next += 1 }
          if let value = number(cells[column], scanner) {
            if decidesLabels, LabelKind.hasLeadingZero(scanner.bytes(of: cells[column])) { return false }
            if value.isFinite {
              values[next] = value
              continue
            }
          } else if plan.targets.count == 1, isWord(cells[column], scanner) {
            return false
          }
          note(column, .target, cells, scanner, plan, &faults, &findings)
        }
      }
      if let column = plan.weight {
        if let value = number(cells[column], scanner) {
          // In double: a weight reaches float32 only beside the others.
          guard value.isFinite, value.isZero || value.sign == .plus,
            !DecimalNumber.isLost(value, in: scanner.bytes(of: cells[column]))
          else {
            throw .badWeight(
              file: format.path, place: "line \(scanner.recordLine)", text: scanner.text(of: cells[column]))
          }
          values[next] = value
        } else {
          note(column, .weight, cells, scanner, plan, &faults, &findings)
        }
      }
      if faults.isMissing || faults.isUnusable || !findings.problems.isEmpty {
        if faults.isMissing { findings.dropped.rows.append(findings.dropped.total) }
      } else {
        block.numbers += values
        for (place, column) in textColumns.enumerated() { block.labels[place].append(scanner.text(of: cells[column])) }
        block.endRow(line: scanner.recordLine)
        kept += 1
        if block.isFull { try sink.append(&block) }
      }
      findings.dropped.total += 1
      if let giveBack, scanner.position - returned >= min(longText, 1 << 22) {
        returned = scanner.position
        giveBack(returned)
      }
      pace.add(cells.count)
    }
    try settle(&findings, plan, kept: kept)
    try sink.append(&block)
    sink.dropped = findings.dropped
    for (place, isRounded) in zip(numberPlaces, isRounded) where isRounded { sink.markRounded(place) }
    return true
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
