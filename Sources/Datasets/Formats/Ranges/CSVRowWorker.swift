/// A worker that reads rows.
final class CSVRowWorker: RangeWorker {
  private(set) var rows: CSVRangeRows

  init(_ rows: CSVRangeRows) { self.rows = rows }

  deinit { rows.free() }

  var end: CSVRangeRows.End { rows.end }
  var start: Int? { rows.start }
  var position: Int { rows.position }
  var lineCount: Int { rows.lineCount }

  func read(from start: Int?, upTo limit: Int, isKnown: Bool) { rows.read(from: start, upTo: limit, isKnown: isKnown) }
}
