internal import Specs

/// Fills a sink from CSV text.
struct CSVReader {
  let format: CSVFormat
  let sink: DataSink
  /// Called with a byte before which nothing is read any more.
  private(set) var giveBack: ((Int) -> Void)?

  /// Bytes from which on a text goes back to the system while it is read.
  var longText = 1 << 25

  /// The marks of this source; else those of the training source.
  let missingMarks: MissingMarks
  /// What the training source decided; nil for that source itself.
  var training: SourceNames? { sink.context.training }
  var dropsRows: Bool { sink.context.missing.policy == .dropRow }

  init(format: CSVFormat, sink: DataSink) {
    self.format = format
    self.sink = sink
    missingMarks = format.missingValues ?? sink.context.missing.marks ?? .usual
  }

  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: [UInt8]) throws(DataError) {
    try content.withUnsafeBufferPointer { bytes throws(DataError) in try read(bytes) }
  }

  /// Reads a text whose pages go back to the system once they were read, where it is a long one: they are hardly ever in memory beside
  /// the numbers that they hold.
  ///
  /// - Parameter again: the same text once more, where it has to be looked at again.
  /// - Throws: ``DataError`` naming line and column of the first cell that cannot be used.
  func read(_ content: FileBytes, again: @escaping () throws(DataError) -> FileBytes) throws(DataError) {
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
  ) throws(DataError) {
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
      if try readTable(bytes, targetIsText: training?.labels == .text) { return }
      try whole { bytes throws(DataError) in
        var reader = self
        reader.giveBack = nil
        _ = try reader.readTable(bytes, targetIsText: true)
      }
    } catch {
      let columns = training?.naming == .header ? training?.columns : nil
      let cause = try? whole { bytes throws(DataError) in
        TableLayout(bytes, format: format, trainingColumns: columns ?? []).cause(of: error)
      }
      throw (cause ?? nil) ?? error
    }
  }

  /// - Returns: false where the single target column turns out to be text.
  private func readTable(
    _ bytes: UnsafeBufferPointer<UInt8>, targetIsText: Bool
  ) throws(DataError) -> Bool {
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
      format, names: try header.names(cells), training: training, readsTargets: sink.context.readsTargets)
    // A line of words cannot be a row where numbers are wanted.
    if !format.header, columns.isCategorical.contains(false), cells.allSatisfy(CSVHeader.isWord) {
      throw .names(file: format.path, .textUnannounced(first: cells[0]))
    }
    return columns
  }
}
