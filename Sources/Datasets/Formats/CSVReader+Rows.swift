internal import Kernels
internal import Specs

extension CSVReader {
  /// What is wrong with the row that is being read.
  private struct RowFaults {
    var isMissing = false
    var isUnusable = false
  }

  /// What was found beside the cells.
  struct Findings {
    var problems = CellProblems()
    var dropped = DroppedRows()
    /// Rows with a missing value, for each column of the file.
    var missing: [Int]
    /// Rows that begin with a comment mark, and the line of the first.
    var comments = 0
    var firstComment = 0
  }

  /// A column whose cells are numbers as programs write them.
  struct PlainColumn {
    var column: Int
    /// Its place among the numbers of a row.
    var place: Int
    var field: Int
    var missing: MissingPolicy
    /// Whether a word leads to a survey.
    var isOpen: Bool
    var isRounded = false

    var use: ColumnUse { ColumnUse(column: column, role: .feature, missing: missing) }
  }

  /// What a column of the file is read as.
  struct ColumnUse {
    var column: Int
    var role: CellProblems.Role
    /// What is done with a row that misses it.
    var missing: MissingPolicy
  }

  /// Reads all rows.
  ///
  /// The cells of a row with a missing value that nothing stands for are not kept; nor is any once one was found that
  /// cannot be used: from then on cells are only counted, so that all columns with problems are named at once.
  func readRows(scanner start: CSVScanner, plan: ColumnPlan, targetIsText: Bool) throws(DataError) -> Outcome {
    var scanner = start
    var cells: [CSVField] = []
    var findings = newFindings(plan)
    for (column, problem) in plan.refused { findings.problems.add(problem, column: plan.names[column]) }
    let uses = rowUses(plan, targetIsText: targetIsText), format = format, missingMarks = missingMarks
    try begin(uses)
    var block = RowBlock(uses.fields)
    var (plain, derived) = (uses.plain, uses.derived)
    let (textColumns, targets, firstTarget) = (uses.texts, uses.targets, uses.firstTarget)
    // The numbers of a row: features, targets, weight.
    var values = [Double](repeating: 0, count: uses.width)
    let decidesLabels = uses.decidesLabels, header = uses.header
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
      for index in plain.indices {
        let own = plain[index], cell = cells[own.column]
        if let value = number(cell, scanner), Float(value).isFinite {
          values[own.place] = value
          if value.magnitude > 0x1p53, !own.isRounded {
            plain[index].isRounded = DecimalNumber.isRounded(value, in: scanner.bytes(of: cell))
          }
        } else if own.missing.fills, missingMarks.contains(scanner.bytes(of: cell)) {
          values[own.place] = .nan
        } else if own.isOpen, number(cell, scanner) == nil, isWord(cell, scanner) {
          return .needsSurvey
        } else {
          note(own.use, cells, scanner, plan, &faults, &findings)
        }
      }
      for index in derived.indices {
        let cell = cells[derived[index].column]
        guard let cause = derived[index].read(cell, scanner, missingMarks, into: &values) else { continue }
        let own = derived[index]
        if own.isOpen, number(cell, scanner) == nil, isWord(cell, scanner) { return .needsSurvey }
        note(
          ColumnUse(column: own.column, role: .feature, missing: own.missing), cells, scanner, plan, &faults, &findings,
          cause: cause)
      }
      for own in textColumns
      where !own.missing.fills && missingMarks.contains(scanner.bytes(of: cells[own.column])) {
        note(own, cells, scanner, plan, &faults, &findings)
      }
      var next = firstTarget
      if !targetIsText {
        for (index, own) in targets.enumerated() {
          let column = own.column
          defer { next += 1 }
          let style = plan.targetColumns.isEmpty ? nil : plan.targetColumn(index).style
          if let style, !missingMarks.contains(scanner.bytes(of: cells[column]), takesNumbers: false) {
            let value = style.number(scanner.text(of: cells[column])).flatMap { $0.isFinite ? $0 : nil }
            if let value, !missingMarks.contains(value) {
              values[next] = value
              continue
            }
            note(own, cells, scanner, plan, &faults, &findings, cause: value == nil ? .otherStyle : .missing)
            continue
          }
          if let value = number(cells[column], scanner) {
            if decidesLabels, LabelKind.hasLeadingZero(scanner.bytes(of: cells[column])) { return .targetIsText }
            if value.isFinite {
              values[next] = value
              continue
            }
          } else if plan.targets.count == 1, isWord(cells[column], scanner) {
            return .targetIsText
          }
          note(own, cells, scanner, plan, &faults, &findings)
        }
      }
      if let column = plan.weight {
        next = values.count - 1
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
          let own = ColumnUse(column: column, role: .weight, missing: rowPolicy(plan.weightColumn?.missing))
          note(own, cells, scanner, plan, &faults, &findings)
        }
      }
      if faults.isMissing || faults.isUnusable || !findings.problems.isEmpty {
        if faults.isMissing { findings.dropped.rows.append(findings.dropped.total) }
      } else {
        block.numbers += values
        for (place, own) in textColumns.enumerated() {
          let isMissing = own.missing.fills && missingMarks.contains(scanner.bytes(of: cells[own.column]))
          block.labels[place].append(isMissing ? "" : scanner.text(of: cells[own.column]))
        }
        for index in derived.indices { derived[index].keep(values) }
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
    finish(plan, findings, plain, derived)
    return .done
  }

  func newFindings(_ plan: ColumnPlan) -> Findings {
    var findings = Findings(missing: [Int](repeating: 0, count: plan.names.count))
    findings.problems.canDropRows = sink.context.canDropRows
    findings.problems.canSetColumns = training == nil
    return findings
  }

  func begin(_ uses: CSVRowUses) throws(DataError) {
    sink.appliesRules = true
    try sink.begin(uses.fields, from: format.path, naming: format.header ? .header : .index)
  }

  /// Tells the sink what else was found once it has all rows.
  func finish(_ plan: ColumnPlan, _ findings: Findings, _ plain: [PlainColumn], _ derived: [DerivedNumbers]) {
    sink.dropped = findings.dropped
    (sink.targetColumns, sink.weightColumn) = (plan.targetColumns, plan.weightColumn)
    sink.notes += plan.notes
    for own in plain where own.isRounded { sink.markRounded(own.field) }
    for own in derived where own.isRounded { sink.markRounded(own.field) }
    if training == nil { settleIndicators(derived, plan) }
  }

  // MARK: - Columns

  /// What is made of each row's cells.
  func rowUses(_ plan: ColumnPlan, targetIsText: Bool) -> CSVRowUses {
    let (plain, derived) = numberColumns(plan), fields = plan.fields(targetIsText: targetIsText)
    return CSVRowUses(
      plan: plan, fields: fields, plain: plain, derived: derived,
      texts: textColumns(plan, targetIsText: targetIsText),
      targets: plan.targets.indices.map { index in
        ColumnUse(column: plan.targets[index], role: .target, missing: rowPolicy(plan.targetColumn(index).missing))
      },
      targetIsText: targetIsText, decidesLabels: training == nil && plan.targets.count == 1,
      header: CSVHeaderRow(plan.names, isNamed: format.header))
  }

  /// The columns that become numbers: those that are numbers as they are, and others.
  private func numberColumns(_ plan: ColumnPlan) -> (plain: [PlainColumn], derived: [DerivedNumbers]) {
    var plain: [PlainColumn] = [], derived: [DerivedNumbers] = [], place = 0, field = 0
    for column in plan.features {
      if column.isPlain {
        plain.append(
          PlainColumn(
            column: column.column, place: place, field: field, missing: column.missing,
            isOpen: training == nil && !column.isSettled))
      } else if column.features.contains(where: { !$0.isCategorical }) {
        derived.append(DerivedNumbers(column, firstPlace: place, firstField: field))
        if training == nil, !column.isSettled { derived[derived.count - 1].isOpen = true }
      }
      place += column.features.count { !$0.isCategorical }
      field += column.features.count
    }
    return (plain, derived)
  }

  /// The columns of labels, in the order of their fields.
  private func textColumns(_ plan: ColumnPlan, targetIsText: Bool) -> [ColumnUse] {
    plan.features.filter(\.isCategorical).map {
      ColumnUse(column: $0.column, role: .category, missing: $0.missing)
    }
      + (targetIsText
        ? plan.targets.indices.map {
          ColumnUse(
            column: plan.targets[$0], role: .target, missing: rowPolicy(plan.targetColumn($0).missing))
        } : [])
      + plan.keys.map { ColumnUse(column: $0.column, role: .key, missing: $0.missing) }
  }

  /// What is done with a row that misses a target or its weight: nothing can stand for these.
  func rowPolicy(_ own: MissingPolicy?) -> MissingPolicy {
    let policy = own ?? sink.context.missing.policy
    return policy.fills ? .error : policy
  }

  /// Leaves out the features that say where a column is missing, of columns that miss nothing: nothing is learnt of
  /// them.
  func settleIndicators(_ derived: [DerivedNumbers], _ plan: ColumnPlan) {
    var idle: [String] = [], added: [String] = []
    for own in derived where own.hasIndicator {
      let isStated = plan.features.first { $0.column == own.column }?.statesIndicator == true
      if let field = own.idleIndicator {
        sink.leaveOut(field)
        if isStated { idle.append(plan.names[own.column]) }
      } else if !isStated {
        added.append(plan.names[own.column])
      }
    }
    if !added.isEmpty {
      sink.notes.append(
        "where a number, boolean or date is missing, its median stands for it, and a feature says so, as it has no categories "
          + "(\(ColumnPlan.list(added)))")
    }
    if !idle.isEmpty {
      sink.notes.append("nothing is missing in \(ColumnPlan.list(idle)), so that no feature says where")
    }
  }

  /// Ends the reading of rows where they cannot be used.
  func settle(_ findings: inout Findings, _ plan: ColumnPlan, kept: Int) throws(DataError) {
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

  // MARK: - Cells

  /// The number in a cell; nil where there is none, or one that is a mark for a missing value.
  func number(_ field: CSVField, _ scanner: CSVScanner) -> Double? {
    guard let number = DecimalNumber.parse(scanner.bytes(of: field)) else { return nil }
    return missingMarks.hasNumbers && missingMarks.contains(number) ? nil : number
  }

  /// Whether a cell is a word rather than a number or a missing one.
  func isWord(_ field: CSVField, _ scanner: CSVScanner) -> Bool {
    guard !missingMarks.contains(scanner.bytes(of: field)) else { return false }
    let cause = CellCause(of: scanner.text(of: field))
    // Among numbers infinity is one, though not a usable one.
    return cause != .infinite
  }

  /// Takes down a cell that cannot be used.
  ///
  /// - Parameter cause: where it is not told from the text alone.
  private func note(
    _ own: ColumnUse, _ fields: [CSVField], _ scanner: CSVScanner, _ plan: ColumnPlan,
    _ faults: inout RowFaults, _ findings: inout Findings, cause: CellCause? = nil
  ) {
    let field = fields[own.column]
    let isMissing = cause.map { $0 == .missing } ?? missingMarks.contains(scanner.bytes(of: field))
    if isMissing, own.missing == .dropRow {
      faults.isMissing = true
      findings.missing[own.column] += 1
      return
    }
    faults.isUnusable = true
    let text = scanner.text(of: field)
    let found: CellCause =
      isMissing ? .missing : cause ?? (number(field, scanner) != nil ? .beyondFloat : CellCause(of: text))
    findings.problems.add(
      found, column: plan.names[own.column], role: own.role, place: "line \(scanner.recordLine)", text: text)
  }

  private func countComment(_ field: CSVField, _ scanner: CSVScanner, _ findings: inout Findings) {
    guard field.start < field.end, scanner.bytes[field.start] == UInt8(ascii: "#"), !field.isQuoted,
      !missingMarks.contains(scanner.bytes(of: field))
    else { return }
    findings.comments += 1
    if findings.comments == 1 { findings.firstComment = scanner.recordLine }
  }
}
