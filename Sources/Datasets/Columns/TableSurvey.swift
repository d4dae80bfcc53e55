internal import Platform
internal import Specs

/// What the columns of a text table are, from one pass over the file: nothing has to be known of it but its path.
package struct TableSurvey: Sendable {
  package var file: String
  package var delimiter: UInt8
  /// Whether the first line names the columns.
  package var hasHeader: Bool
  package var columns: [ColumnSurvey]
  /// Rows of the table.
  package var rows: Int { columns.first?.rows ?? 0 }

  /// Reads a file, gzip or not.
  ///
  /// - Parameters:
  ///   - delimiter: nil: the one that cuts the first lines evenly (``TableDialect``).
  ///   - header: nil: whether the first line names the columns is told from its cells.
  /// - Throws: ``DataError`` for a file that cannot be read or is no such table.
  package init(
    file: String, in context: DataContext, delimiter: UInt8? = nil, header: Bool? = nil,
    marks: MissingMarks = .usual
  ) throws(DataError) {
    var context = context
    context.use = .reading
    let content = try InputFile.contents(of: file, in: context, mapsFrom: CSVReader.usualLongText)
    let survey = try content.withUnsafeBytes { bytes throws(DataError) in
      try TableSurvey(
        bytes.assumingMemoryBound(to: UInt8.self), file: file, delimiter: delimiter, header: header, marks: marks,
        progress: context.progress)
    }
    try content.file?.requireUnchanged()
    self = survey
  }

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, delimiter: UInt8? = nil, header: Bool? = nil,
    marks: MissingMarks = .usual, progress: @escaping () -> Void = {}
  ) throws(DataError) {
    guard !bytes.isEmpty else { throw .emptyFile(file: file) }
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: file, signature) }
    let delimiter = delimiter ?? TableDialect.delimiter(of: bytes, file: file)
    guard let format = try? CSVFormat(path: file, delimiter: delimiter) else { throw .emptyFile(file: file) }
    if let fault = UTF8Text.check(bytes).fault {
      throw .notUTF8(file: file, TextFault(fault, in: bytes, format: format))
    }
    if let byte = TableLayout.separatorLine(bytes) {
      throw .misread(file: file, .separatorLine(byte, stated: delimiter))
    }
    do throws(DataError) {
      self = try Self.read(
        bytes, file: file, delimiter: delimiter, header: header, marks: marks, pace: Pace(progress))
    } catch {
      throw TableLayout(bytes, format: format, trainingColumns: []).cause(of: error) ?? error
    }
  }

  private init(file: String, delimiter: UInt8, hasHeader: Bool, columns: [ColumnSurvey]) {
    (self.file, self.delimiter, self.hasHeader, self.columns) = (file, delimiter, hasHeader, columns)
  }

  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, file: String, delimiter: UInt8, header: Bool?, marks: MissingMarks,
    pace: Pace
  ) throws(DataError) -> TableSurvey {
    var scanner = CSVScanner(bytes, delimiter: delimiter, file: file), cells: [CSVField] = [], pace = pace
    let beginning = scanner
    guard try scanner.next(into: &cells) else { throw .noRows(file: file) }
    let first = cells.map { scanner.text(of: $0).trimmed }
    let hasHeader = header ?? TableDialect.isHeader(first)
    let names = hasHeader ? first : first.indices.map(String.init)
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted { throw .duplicateColumn(file: file, column: name) }
    if !hasHeader { scanner = beginning }
    // What is not for all threads is looked at from the first byte on, which finds the words for it.
    if bytes.count >= TextRanges.Cuts.usual.leastText {
      var ranges = TextRanges(
        bytes, checked: bytes.count, cuts: .usual, threads: ReadingThreads(Affinity.cores().count))
      let found = CSVSurveys(
        names, of: Array(names.indices), marks: marks, &ranges, delimiter: delimiter, from: scanner
      ) { _ in pace.add(Pace.stride) }
      if let found, found.surveys[0].rows > 0 {
        return TableSurvey(file: file, delimiter: delimiter, hasHeader: hasHeader, columns: found.surveys)
      }
    }
    var columns = names.map { ColumnSurvey(name: $0, marks: marks) }
    while try scanner.next(into: &cells) {
      guard cells.count == names.count else {
        throw .raggedRow(
          file: file, line: scanner.recordLine, found: cells.count, expected: names.count, hasHeader: hasHeader)
      }
      for (index, cell) in cells.enumerated() { columns[index].add(cell, scanner) }
      pace.add(8 * cells.count)
    }
    guard columns[0].rows > 0 else { throw .noRows(file: file) }
    return TableSurvey(file: file, delimiter: delimiter, hasHeader: hasHeader, columns: columns)
  }
}

extension CSVFormat {
  /// A table of which nothing else is known.
  init(path: String, delimiter: UInt8) throws(ConfigError) {
    let value = ConfigValue.object([
      .init("path", .string(path)), .init("delimiter", .string(String(Unicode.Scalar(delimiter)))),
    ])
    self = try CSVFormat(from: FieldReader(value, path: ""))
  }
}
