internal import Specs

/// Several files of text read as one table: each after the other, without the headers of all but the first.
///
/// Files with the same columns in another order are brought to that of the first. Each file is looked at by itself: a
/// quote that is open at its end, or another kind of file, is that file's fault and never the next one's.
struct CSVJoin {
  let format: CSVFormat
  let files: [String]
  let context: DataContext

  /// What a file is read as.
  private func own(_ file: String) -> CSVFormat {
    var own = format
    own.path = file
    return own
  }

  /// The text of all files, and which of them its lines are of.
  ///
  /// - Throws: ``DataError`` naming the file.
  func text() throws(DataError) -> (bytes: FileBytes, parts: TextParts) {
    var joined = Joined(file: format.path)
    for (index, file) in files.enumerated() {
      let bytes = try InputFile.contents(of: file, in: context)
      try bytes.withUnsafeBytes { raw throws(DataError) in
        try add(raw.assumingMemoryBound(to: UInt8.self), own(file), isLast: index == files.count - 1, to: &joined)
      }
    }
    guard let bytes = joined.bytes, bytes.count > 0, let parts = TextParts(joined.parts) else {
      throw .noRows(file: format.path)
    }
    return (bytes, parts)
  }

  /// The text so far.
  private struct Joined {
    let file: String
    var bytes: FileBytes?
    var parts: [TextParts.Part] = []
    /// Lines so far.
    var lines = 0
    /// The columns of the first file.
    var names: [String] = []

    /// Adds bytes at the end of a line.
    mutating func append(_ text: UnsafeBufferPointer<UInt8>) throws(DataError) {
      if bytes == nil { bytes = try FileBytes(capacity: text.count, file: file) }
      try bytes?.append(UnsafeRawBufferPointer(text), file: file)
    }

    /// Begins a part; a line end stands between it and the one before.
    mutating func begin(_ part: String, line: Int) throws(DataError) {
      if lines > 0 { try [0x0a].withUnsafeBufferPointer { end throws(DataError) in try append(end) } }
      parts.append(TextParts.Part(file: part, start: lines + 1, line: line))
    }
  }

  private func add(
    _ bytes: UnsafeBufferPointer<UInt8>, _ own: CSVFormat, isLast: Bool, to joined: inout Joined
  ) throws(DataError) {
    if let signature = FileSignature.of(bytes) { throw .otherFormat(file: own.path, signature) }
    if let fault = UTF8Text.check(bytes).fault {
      throw .notUTF8(file: own.path, TextFault(fault, in: bytes, format: own))
    }
    if let byte = TableLayout.separatorLine(bytes) {
      throw .misread(file: own.path, .separatorLine(byte, stated: own.delimiter))
    }
    var columns: [FeatureColumn] = []
    do throws(DataError) {
      var scanner = CSVScanner(bytes, delimiter: own.delimiter, file: own.path), fields: [CSVField] = []
      let isFirst = joined.parts.isEmpty
      var order: [Int]?
      // A byte order mark stands in front.
      var start = scanner.position
      if own.header {
        guard try scanner.next(into: &fields) else { throw .noRows(file: own.path) }
        let names = fields.map { scanner.text(of: $0).trimmed }
        if isFirst {
          joined.names = names
        } else {
          columns = joined.names.map { FeatureColumn(name: $0) }
          order = try self.order(of: names, as: joined.names, own)
          start = scanner.position
        }
      }
      // A quote that stays open would take the next file for its text.
      if order == nil, !isLast, bytes.contains(UInt8(ascii: "\"")) { try scan(scanner) }
      var end = bytes.count
      while end > start, bytes[end - 1] == 0x0a || bytes[end - 1] == 0x0d { end -= 1 }
      guard end > start else { return }
      try joined.begin(own.path, line: 1 + Self.lineEnds(bytes[..<start]))
      if let order {
        try append(&scanner, in: order, own, to: &joined)
      } else {
        try joined.append(UnsafeBufferPointer(rebasing: bytes[start..<end]))
      }
      joined.lines += 1 + Self.lineEnds(bytes[start..<end])
      context.progress()
    } catch {
      throw TableLayout(bytes, format: own, trainingColumns: columns).cause(of: error) ?? error
    }
  }

  /// Where the columns of the first file are in another one; nil where they are in the same order.
  private func order(
    of names: [String], as first: [String], _ own: CSVFormat
  ) throws(DataError) -> [Int]? {
    guard names != first else { return nil }
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() where places.updateValue(place, forKey: name) != nil {
      throw .duplicateColumn(file: own.path, column: name)
    }
    let missing = first.filter { places[$0] == nil }, known = Set(first), extra = names.filter { !known.contains($0) }
    guard missing.isEmpty, extra.isEmpty, names.count == first.count else {
      throw .names(file: own.path, .otherHeader(first: files[0], missing: missing, extra: extra))
    }
    return first.compactMap { places[$0] }
  }

  /// Reads to the end.
  private func scan(_ start: CSVScanner) throws(DataError) {
    var scanner = start, fields: [CSVField] = [], pace = Pace(context.progress)
    while try scanner.next(into: &fields) { pace.add(fields.count) }
  }

  /// Adds all rows with their fields in another order.
  private func append(
    _ scanner: inout CSVScanner, in order: [Int], _ own: CSVFormat, to joined: inout Joined
  ) throws(DataError) {
    var fields: [CSVField] = [], rows: [UInt8] = [], pace = Pace(context.progress), isFirst = true
    func flush() throws(DataError) {
      try rows.withUnsafeBufferPointer { rows throws(DataError) in try joined.append(rows) }
      rows.removeAll(keepingCapacity: true)
    }
    while try scanner.next(into: &fields) {
      guard fields.count == order.count else {
        throw .raggedRow(
          file: own.path, line: scanner.recordLine, found: fields.count, expected: order.count, hasHeader: true)
      }
      if !isFirst { rows.append(0x0a) }
      isFirst = false
      for (place, column) in order.enumerated() {
        if place > 0 { rows.append(own.delimiter) }
        let field = fields[column], quote = field.isQuoted ? 1 : 0
        rows += scanner.bytes[field.start - quote..<field.end + quote]
      }
      if rows.count >= 1 << 16 { try flush() }
      pace.add(fields.count)
    }
    try flush()
  }

  /// The ends of lines in a text: LF, CR LF or CR.
  private static func lineEnds(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    var count = 0, isReturn = false
    for byte in text {
      if byte == 0x0d || byte == 0x0a && !isReturn { count += 1 }
      isReturn = byte == 0x0d
    }
    return count
  }
}
