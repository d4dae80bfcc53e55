internal import Specs

extension CSVReader {
  /// Reads a text by ranges, on all threads, where all of it can be used.
  ///
  /// - Parameter again: calls a body with the whole text, once a part of it was given back.
  /// - Returns: false where it is not for this reader: the one that goes through it from the first byte tells why. Then
  ///   nothing that the sink was told counts.
  func readByRanges(
    _ bytes: UnsafeBufferPointer<UInt8>,
    again: ((UnsafeBufferPointer<UInt8>) throws(DataError) -> Attempt?) throws(DataError) -> Attempt?
  ) -> Bool {
    guard bytes.count >= sink.context.cuts.leastText, FileSignature.of(bytes) == nil,
      TableLayout.separatorLine(bytes) == nil
    else { return false }
    do throws(DataError) {
      var targetIsText = training?.labels == .text, knowledge = CellKnowledge.nothing
      var attempt = try readRanges(bytes, targetIsText: targetIsText, knowledge)
      while attempt.outcome != .done {
        let last = attempt
        if last.outcome == .targetIsText {
          guard !targetIsText else { return false }
          targetIsText = true
        } else if case .whole = knowledge {
          return false
        } else if last.outcome == nil, case .nothing = knowledge {
          return false
        }
        let next = try again { bytes throws(DataError) -> Attempt? in
          var reader = self
          if !isMapped { reader.giveBack = nil }
          if last.outcome != .targetIsText {
            var found = last.found
            if found == nil { found = try reader.survey(bytes, after: knowledge) }
            guard let found else { return nil }
            knowledge = found
          }
          return try reader.readRanges(bytes, targetIsText: targetIsText, knowledge)
        }
        guard let next else { return false }
        attempt = next
      }
      return true
    } catch {
      return false
    }
  }

  /// What reading all rows has come to.
  struct Attempt {
    /// Nil: the rows are not for this reader, or not what the first ones have shown.
    var outcome: Outcome?
    /// What is known of the cells after it, where the first rows have shown something else.
    var found: CellKnowledge?
  }

  private func ranges(_ bytes: UnsafeBufferPointer<UInt8>) -> TextRanges {
    TextRanges(bytes, checked: 0, cuts: sink.context.cuts, threads: sink.context.readingThreads)
  }

  /// Reads all rows.
  private func readRanges(
    _ bytes: UnsafeBufferPointer<UInt8>, targetIsText: Bool, _ knowledge: CellKnowledge
  ) throws(DataError) -> Attempt {
    guard let base = bytes.baseAddress, let (first, scanner) = try beginning(bytes, knowledge.surveys) else {
      return Attempt()
    }
    var plan = first
    guard plan.unsurveyed.isEmpty else { return Attempt(outcome: .needsSurvey) }
    guard plan.refused.isEmpty else { return Attempt() }
    if knowledge.isSample { plan.reopen() }
    let uses = rowUses(plan, targetIsText: targetIsText), reader = self, marks = missingMarks
    // Of labels of features and keys a mark is missing where something stands for it; of targets it is refused or left
    // out.
    let takesMarks = uses.texts.map(\.missing.fills)
    try begin(uses)
    var ranges = ranges(bytes), findings = newFindings(plan), kept = 0, (plain, derived) = (uses.plain, uses.derived)
    let surveyed = knowledge.surveyed
    var surveys = surveyed.map { ColumnSurvey(name: plan.names[$0], marks: marks) }
    let firstRow = scanner.position
    var isExpected = false
    let end = try ranges.walk(from: firstRow, line: scanner.lineCount) {
      CSVRowWorker(
        CSVRangeRows(bytes, base: base, uses, reader, surveyed: surveyed) { surveys })
    } merge: { worker, line in
      let worker = worker.rows
      // A piece of a long row: nothing of it is this range's.
      guard worker.start != nil else { return true }
      guard reader.sink.append(worker, line: line, takesMarks: takesMarks) else { return false }
      worker.mergeSurveys(into: &surveys, line: line)
      findings.dropped.rows += worker.dropped.map { $0 + findings.dropped.total }
      findings.dropped.total += worker.total
      for column in worker.missing.indices { findings.missing[column] += worker.missing[column] }
      if findings.comments == 0, worker.comments > 0 { findings.firstComment = worker.firstComment + line }
      findings.comments += worker.comments
      for index in plain.indices where worker.plain[index].isRounded { plain[index].isRounded = true }
      for index in derived.indices { derived[index].merge(worker.derived[index]) }
      kept += worker.kept
      return true
    } finish: { workers, position, ranges throws(DataError) in
      if !isExpected, position < bytes.count {
        isExpected = true
        // As many a byte as in the first window, and some more.
        let share = Double(bytes.count - firstRow) / Double(max(1, position - firstRow))
        reader.sink.expect(rows: Int(1.03 * share * Double(kept)))
      }
      try reader.sink.append(workers.map(\.rows)) { ranges.forEach($0, $1) }
      reader.giveBack?(position)
      reader.sink.context.progress()
    }
    switch end {
    case .targetIsText: return Attempt(outcome: .targetIsText)
    case .needsSurvey: return Attempt(outcome: .needsSurvey)
    case .undecided, .lost: return Attempt()
    case .done: break
    }
    if knowledge.isSample {
      let whole = knowledge.completed(by: surveys), found = try columns(plan.names, whole.surveys)
      guard found.reads(as: plan, targetIsText: targetIsText) else {
        return Attempt(outcome: .needsSurvey, found: whole)
      }
      plan = found
    }
    try settle(&findings, plan, kept: kept)
    finish(plan, findings, plain, derived)
    return Attempt(outcome: .done)
  }

  /// Looks at the cells of the columns of a training source whose kinds nobody has said: those of the first rows, then
  /// all; nil where they are not for this reader.
  private func survey(
    _ bytes: UnsafeBufferPointer<UInt8>, after knowledge: CellKnowledge
  ) throws(DataError) -> CellKnowledge? {
    guard let (plan, scanner) = try beginning(bytes, [:]) else { return nil }
    var isSample = false
    if case .nothing = knowledge { isSample = true }
    var wanted = plan.features.filter { !$0.isSettled }.map(\.column)
    let all = wanted + plan.unsurveyed
    func look(_ columns: [Int], tellsWords: Bool) -> CSVSurveys? {
      var ranges = ranges(bytes)
      if isSample { ranges.keepFirst() }
      return CSVSurveys(
        plan.names, of: columns, marks: missingMarks, tellsWords: tellsWords, &ranges, delimiter: format.delimiter,
        from: scanner, windows: isSample ? 1 : .max
      ) { position in
        if !isSample { giveBack?(position) }
        sink.context.progress()
      }
    }
    if wanted.count > Self.surveyed {
      guard let found = look(wanted, tellsWords: true) else { return nil }
      wanted = zip(wanted, found.hasWord).filter(\.1).map(\.0)
    }
    wanted += plan.unsurveyed
    guard let found = look(wanted, tellsWords: false) else { return nil }
    var surveys = Dictionary(zip(wanted, found.surveys)) { first, _ in first }
    for column in all where surveys[column] == nil { surveys[column] = ColumnSurvey(name: plan.names[column]) }
    return isSample ? .sample(surveys, stated: plan.unsurveyed) : .whole(surveys)
  }

  /// The plan of the columns, and a scanner before the first row.
  private func beginning(
    _ bytes: UnsafeBufferPointer<UInt8>, _ surveys: [Int: ColumnSurvey]
  ) throws(DataError) -> (ColumnPlan, CSVScanner)? {
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: format.path), cells: [CSVField] = []
    let beginning = scanner
    guard try scanner.next(into: &cells) else { return nil }
    let plan = try columns(cells.map { scanner.text(of: $0).trimmed }, surveys)
    return (plan, format.header ? scanner : beginning)
  }
}
