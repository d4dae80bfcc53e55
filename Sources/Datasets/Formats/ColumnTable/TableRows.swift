internal import Kernels
internal import Specs

/// The rows of a columnar table on their way to a sink.
struct TableRows {
  let reader: TableReader
  let plan: ColumnPlan
  /// By their places in the table.
  let columns: [Int: StoredColumn]
  let rows: Int
  let marks: MissingMarks

  private var file: String { reader.format.path }

  /// What was found beside the values.
  private struct Findings {
    var problems = CellProblems()
    var dropped = DroppedRows()
    /// Rows with a missing value, by column.
    var missing: [Int: Int] = [:]
    /// What is wrong with the row that is being read.
    var isMissing = false
    var isUnusable = false
  }

  /// A column that is one number as it is.
  private struct Plain {
    var column: Int
    var place: Int
    var field: Int
    var missing: MissingPolicy
  }

  /// A column that becomes labels, or the number of a target.
  private struct Use {
    var column: Int
    var role: CellProblems.Role
    var missing: MissingPolicy
  }

  func fill(_ sink: DataSink) throws(DataError) {
    let context = sink.context, csv = CSVReader(format: reader.format.roles, sink: sink)
    var findings = Findings()
    findings.problems.canDropRows = context.canDropRows
    findings.problems.canSetColumns = context.training == nil
    for (column, problem) in plan.refused {
      findings.problems.add(problem.settled(Self.rowPlace), column: plan.names[column])
    }
    let targetIsText = targetIsText(context)
    var fields = plan.fields(targetIsText: targetIsText)
    let arrays = try arrays(context, fields)
    for array in arrays { fields[array.field].content = .array(array.element) }
    sink.appliesRules = true
    try sink.begin(fields, from: file, naming: .header)
    var plain: [Plain] = [], derived: [DerivedNumbers] = [], place = 0, field = 0
    let isArray = Set(arrays.map(\.field))
    for column in plan.features {
      let numbers = column.features.count { !$0.isCategorical }
      if isArray.contains(field) {
        field += 1
        continue
      }
      if column.isPlain {
        plain.append(Plain(column: column.column, place: place, field: field, missing: column.missing))
      } else if numbers > 0 {
        derived.append(DerivedNumbers(column, firstPlace: place, firstField: field))
      }
      place += numbers
      field += column.features.count
    }
    let firstTarget = place
    var texts = plan.features.filter(\.isCategorical).map {
      Use(column: $0.column, role: .category, missing: $0.missing)
    }
    let targets = plan.targets.indices.map {
      Use(column: plan.targets[$0], role: .target, missing: csv.rowPolicy(plan.targetColumn($0).missing))
    }
    if targetIsText { texts += targets }
    texts += plan.keys.map { Use(column: $0.column, role: .key, missing: $0.missing) }
    var values = [Double](repeating: 0, count: fields.reduce(0) { $0 + $1.width })
    var block = RowBlock(fields), pace = Pace(context.progress), kept = 0
    var rounded = Set<Int>()
    let hasRows = !values.isEmpty || !texts.isEmpty
    for row in 0..<(hasRows ? rows : 0) {
      (findings.isMissing, findings.isUnusable) = (false, false)
      for own in plain {
        switch number(own.column, row) {
        case .number(let value) where Float(value).isFinite:
          values[own.place] = value
          if value.magnitude >= 0x1p53, !rounded.contains(own.field), isRounded(value, own.column, row) {
            rounded.insert(own.field)
          }
        case .missing where own.missing.fills: values[own.place] = .nan
        case let found: note(found, own.column, .feature, own.missing, row, &findings)
        }
      }
      for index in derived.indices {
        let own = derived[index], stored = self[own.column], cause: CellCause?
        if own.isNumber, stored.kind.isNumber || stored.kind == .bool, !isMissing(own.column, row) {
          // A number is what it is, however numbers of text are written.
          cause = derived[index].take(stored.double(row), isRounded: stored.isRounded(row), into: &values)
        } else {
          let isISO = stored.kind == .date || stored.kind == .datetime
          cause = stored.withCell(row) { bytes in
            let cell = CSVField(start: 0, end: bytes.count, isQuoted: true, hasDoubledQuotes: false)
            return derived[index].read(
              cell, CSVScanner(bytes, delimiter: 0, file: file), marks, isISO: isISO, into: &values)
          }
        }
        if let cause { note(.cause(cause), own.column, .feature, own.missing, row, &findings) }
      }
      for own in texts where !own.missing.fills && isMissing(own.column, row) {
        note(.missing, own.column, own.role, own.missing, row, &findings)
      }
      if !targetIsText {
        for (index, own) in targets.enumerated() {
          switch number(own.column, row, style: plan.targetColumns.isEmpty ? nil : plan.targetColumn(index).style) {
          case .number(let value) where value.isFinite: values[firstTarget + index] = value
          case let found: note(found, own.column, .target, own.missing, row, &findings)
          }
        }
      }
      if let column = plan.weight {
        switch number(column, row) {
        case .number(let value) where value.isFinite:
          guard value.isZero || value.sign == .plus else {
            throw .badWeight(file: file, place: Self.place(row), text: ConfigValue.number(value).compactText)
          }
          values[values.count - 1] = value
        case let found: note(found, column, .weight, csv.rowPolicy(plan.weightColumn?.missing), row, &findings)
        }
      }
      if findings.isMissing || findings.isUnusable || !findings.problems.isEmpty {
        if findings.isMissing { findings.dropped.rows.append(row) }
      } else {
        block.numbers += values
        for (place, own) in texts.enumerated() {
          let isMissing = own.missing.fills && isMissing(own.column, row)
          block.labels[place].append(
            isMissing ? "" : self[own.column].withCell(row) { String(decoding: $0, as: UTF8.self) })
        }
        for index in derived.indices { derived[index].keep(values) }
        block.endRow()
        kept += 1
        if block.isFull { try sink.append(&block) }
      }
      pace.add(values.count + 8 * texts.count)
    }
    findings.problems.rows = rows
    guard findings.problems.isEmpty else { throw .cells(file: file, findings.problems) }
    findings.dropped.total = rows
    findings.dropped.columns = plan.names.indices.compactMap { column in
      findings.missing[column].map { (plan.names[column], $0) }
    }
    guard kept > 0 || !hasRows else { throw .nothingLeft(file: file, findings.dropped) }
    try sink.append(&block)
    for array in arrays { sink.fill(array.field, with: self[array.column].values, from: 0, rows: rows) }
    sink.dropped = findings.dropped
    (sink.targetColumns, sink.weightColumn) = (plan.targetColumns, plan.weightColumn)
    sink.notes += plan.notes
    for field in rounded { sink.markRounded(field) }
    for own in derived where own.isRounded { sink.markRounded(own.field) }
    if context.training == nil { csv.settleIndicators(derived, plan) }
  }

  private subscript(column: Int) -> StoredColumn {
    guard let found = columns[column] else { preconditionFailure("a column that is read was opened") }
    return found
  }

  /// Rows are counted as NumPy and pandas do.
  private static func place(_ row: Int) -> String { "row \(row) (counted from 0)" }

  /// The row that a survey has counted as a line.
  private static func rowPlace(_ place: String) -> String {
    place.hasPrefix("line ") ? "row \(place.dropFirst(5)) (counted from 0)" : place
  }

  // MARK: - Arrays

  /// The columns of features that stay as their files have them: numbers, none of them missing, in tables of which no
  /// row is left out.
  private func arrays(
    _ context: DataContext, _ fields: [SourceField]
  ) throws(DataError) -> [(field: Int, column: Int, element: RawElement)] {
    var found: [(field: Int, column: Int, element: RawElement)] = [], field = 0, pace = Pace(context.progress)
    var dropsRows = context.missing.policy == .dropRow
    for column in plan.features { dropsRows = dropsRows || column.missing == .dropRow }
    for column in plan.targetColumns { dropsRows = dropsRows || column.missing == .dropRow }
    for column in plan.keys { dropsRows = dropsRows || column.missing == .dropRow }
    dropsRows = dropsRows || plan.weightColumn?.missing == .dropRow
    if dropsRows {
      for (index, column) in columns {
        for row in 0..<rows {
          if column.isMissing(row) || isMissing(index, row) { return [] }
          pace.add(1)
        }
      }
    }
    for column in plan.features {
      defer { field += column.features.count }
      let own = self[column.column]
      guard column.isPlain, let element = own.whole, !marks.hasNumbers else { continue }
      var isWhole = true
      if element.isFloat {
        for row in 0..<rows where isWhole {
          let value = own.double(row)
          isWhole = Float(value).isFinite
          own.values.pass(row * element.byteCount)
          pace.add(1)
        }
      }
      if isWhole { found.append((field, column.column, element)) }
    }
    return found
  }

  // MARK: - Cells

  private enum Found {
    case number(Double), missing
    case cause(CellCause)
  }

  /// The number of a cell, if it is one.
  private func number(_ column: Int, _ row: Int, style: NumberStyle? = nil) -> Found {
    let own = self[column]
    guard !own.isMissing(row) else { return .missing }
    if own.kind.isNumber || own.kind == .bool {
      let value = own.double(row)
      return marks.hasNumbers && marks.contains(value) ? .missing : .number(value)
    }
    return own.withCell(row) { bytes in
      if marks.contains(bytes) { return .missing }
      if let style {
        return style.number(String(decoding: bytes, as: UTF8.self)).map { .number($0) } ?? .cause(.otherStyle)
      }
      return DecimalNumber.parse(bytes).map { .number($0) }
        ?? .cause(CellCause(of: String(decoding: bytes, as: UTF8.self)))
    }
  }

  /// Whether double has rounded a whole number, stored or written.
  private func isRounded(_ value: Double, _ column: Int, _ row: Int) -> Bool {
    let own = self[column]
    guard own.kind == .text || own.kind == .category else { return own.isRounded(row) }
    return own.withCell(row) { DecimalNumber.isRounded(value, in: $0) }
  }

  private func isMissing(_ column: Int, _ row: Int) -> Bool {
    let own = self[column]
    if own.isMissing(row) { return true }
    if own.kind.isNumber { return marks.hasNumbers && marks.contains(own.double(row)) }
    return own.kind == .bool ? false : own.withCell(row) { marks.contains($0) }
  }

  /// Takes down a cell that cannot be used.
  private func note(
    _ found: Found, _ column: Int, _ role: CellProblems.Role, _ policy: MissingPolicy, _ row: Int,
    _ findings: inout Findings
  ) {
    let cause: CellCause
    switch found {
    case .missing, .cause(.missing):
      guard policy != .dropRow else {
        findings.isMissing = true
        findings.missing[column, default: 0] += 1
        return
      }
      cause = .missing
    case .number(let value): cause = value.isInfinite ? .infinite : .beyondFloat
    case .cause(let own): cause = own
    }
    findings.isUnusable = true
    findings.problems.add(
      cause, column: plan.names[column], role: role, place: Self.place(row),
      text: self[column].withCell(row) { String(decoding: $0, as: UTF8.self) })
  }

  // MARK: - Targets

  /// Whether the single target is read as text: as the training source has decided, or where one of its cells is a
  /// word.
  private func targetIsText(_ context: DataContext) -> Bool {
    guard plan.targets.count == 1 else { return false }
    if context.training?.labels == .text { return true }
    let own = self[plan.targets[0]]
    guard [.category, .text, .date, .datetime].contains(own.kind), plan.targetColumn(0).style == nil else {
      return false
    }
    var pace = Pace(context.progress)
    return (0..<rows).contains { row in
      pace.add(8)
      return own.withCell(row) { bytes in
        guard !marks.contains(bytes) else { return false }
        guard DecimalNumber.parse(bytes) != nil else {
          return CellCause(of: String(decoding: bytes, as: UTF8.self)) != .infinite
        }
        return context.training == nil && LabelKind.hasLeadingZero(bytes)
      }
    }
  }
}
