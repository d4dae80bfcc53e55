internal import Specs

extension CSVReader {
  /// Reads a text by ranges, on all threads, where all of it can be used.
  ///
  /// - Parameter again: calls a body with the whole text, once a part of it was given back.
  /// - Returns: false where it is not for this reader: the one that goes through it from the first byte tells why. Then nothing that
  ///   the sink was told counts.
  func readByRanges(
    _ bytes: UnsafeBufferPointer<UInt8>,
    again: ((UnsafeBufferPointer<UInt8>) throws(DataError) -> Outcome?) throws(DataError) -> Outcome?
  ) -> Bool {
    guard bytes.count >= sink.context.cuts.leastText, FileSignature.of(bytes) == nil,
      TableLayout.separatorLine(bytes) == nil
    else { return false }
    do throws(DataError) {
      var targetIsText = training?.labels == .text, surveys: [Int: ColumnSurvey] = [:]
      var outcome = try readRanges(bytes, targetIsText: targetIsText, surveys: surveys)
      // Each of both happens once.
      for _ in 0..<2 {
        guard let found = outcome, found != .done else { break }
        outcome = try again { bytes throws(DataError) in
          var reader = self
          if !isMapped { reader.giveBack = nil }
          if found == .targetIsText {
            targetIsText = true
          } else {
            guard let own = try reader.surveyRanges(bytes) else { return nil }
            surveys = own
          }
          return try reader.readRanges(bytes, targetIsText: targetIsText, surveys: surveys)
        }
      }
      return outcome == .done
    } catch {
      return false
    }
  }

  private func ranges(_ bytes: UnsafeBufferPointer<UInt8>) -> TextRanges {
    TextRanges(bytes, checked: 0, cuts: sink.context.cuts, workers: sink.context.threads)
  }

  /// Reads all rows; nil where they are not for this reader.
  private func readRanges(
    _ bytes: UnsafeBufferPointer<UInt8>, targetIsText: Bool, surveys: [Int: ColumnSurvey]
  ) throws(DataError) -> Outcome? {
    guard let base = bytes.baseAddress, let (plan, scanner) = try beginning(bytes, surveys) else { return nil }
    guard plan.unsurveyed.isEmpty else { return .needsSurvey }
    guard plan.refused.isEmpty else { return nil }
    let uses = rowUses(plan, targetIsText: targetIsText), reader = self
    // Of labels of features and keys a mark is missing where something stands for it; of targets it is refused or left out.
    let takesMarks = uses.texts.map(\.missing.fills)
    try begin(uses)
    var ranges = ranges(bytes), findings = newFindings(plan), kept = 0, (plain, derived) = (uses.plain, uses.derived)
    let end = try ranges.walk(from: scanner.position, line: scanner.lineCount) {
      CSVRowWorker(CSVRangeRows(bytes, base: base, uses, reader))
    } merge: { worker, line in
      let worker = worker.rows
      guard reader.sink.append(worker, line: line, takesMarks: takesMarks) else { return false }
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
      try reader.sink.append(workers.map(\.rows)) { ranges.forEach($0, $1) }
      reader.giveBack?(position)
      reader.sink.context.progress()
    }
    switch end {
    case .targetIsText: return .targetIsText
    case .needsSurvey: return .needsSurvey
    case .undecided, .lost: return nil
    case .done: break
    }
    try settle(&findings, plan, kept: kept)
    finish(plan, findings, plain, derived)
    return .done
  }

  /// Looks at all cells of the columns of a training source whose kinds nobody has said; nil where they are not for this
  /// reader.
  private func surveyRanges(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> [Int: ColumnSurvey]? {
    guard let (plan, scanner) = try beginning(bytes, [:]) else { return nil }
    var wanted = plan.features.filter { !$0.isSettled }.map(\.column)
    let all = wanted + plan.unsurveyed
    func look(_ columns: [Int], tellsWords: Bool) -> CSVSurveys? {
      var ranges = ranges(bytes)
      return CSVSurveys(
        plan.names, of: columns, marks: missingMarks, tellsWords: tellsWords, &ranges, delimiter: format.delimiter,
        from: scanner
      ) { position in
        giveBack?(position)
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
    return surveys
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
