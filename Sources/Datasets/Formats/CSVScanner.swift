/// One field of a record, as a range of the file's bytes without its quotes.
struct CSVField {
  var start: Int
  var end: Int
  var isQuoted: Bool
  var hasDoubledQuotes: Bool
}

/// Splits CSV text into records and fields after RFC 4180.
///
/// A record ends with LF, CR LF or CR; a quoted field may hold delimiters, line breaks and doubled quotes. Spaces and
/// tabs around an unquoted field do not belong to it (RFC 4180 would keep them; people align columns with them).
struct CSVScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  let delimiter: UInt8
  let file: String
  /// The first byte not read yet.
  private(set) var position: Int
  /// The line, counted from 1, of the record read last.
  private(set) var recordLine = 0
  /// Whether any field so far has held a line break.
  private(set) var hasMultilineRecords = false
  private var nextLine = 1

  private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
  private static let space = UInt8(ascii: " "), tab = UInt8(ascii: "\t")

  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, file: String) {
    self.bytes = bytes
    self.delimiter = delimiter
    self.file = file
    // A byte order mark says UTF-8 and nothing else.
    position = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
  }

  /// Begins with a record in the middle of a text; lines count from its first.
  init(_ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, file: String, at position: Int) {
    self.init(bytes, delimiter: delimiter, file: file)
    self.position = position
  }

  /// Lines before the next record.
  var lineCount: Int { nextLine - 1 }

  /// Reads the next record.
  ///
  /// - Returns: false at the end of the text; lines that are empty are allowed only there.
  mutating func next(into fields: inout [CSVField]) throws(DataError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    let firstBlankLine = nextLine
    var blankLines = 0
    while position < bytes.count, isLineEnd(position) {
      skipLineEnd()
      blankLines += 1
    }
    guard position < bytes.count else { return false }
    guard blankLines == 0 else { throw .blankLine(file: file, line: firstBlankLine) }
    recordLine = nextLine
    while true {
      fields.append(try readField(number: fields.count + 1))
      guard position < bytes.count else {
        nextLine += 1
        return true
      }
      if isLineEnd(position) {
        skipLineEnd()
        return true
      }
      position += 1
      // A delimiter at the very end of the text is followed by an empty field.
      if position == bytes.count {
        fields.append(CSVField(start: position, end: position, isQuoted: false, hasDoubledQuotes: false))
        nextLine += 1
        return true
      }
    }
  }

  /// The bytes of a field.
  func bytes(of field: CSVField) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[field.start..<field.end])
  }

  /// The text of a field, doubled quotes made single.
  func text(of field: CSVField) -> String {
    let text = String(decoding: bytes(of: field), as: UTF8.self)
    guard field.hasDoubledQuotes else { return text }
    var result = "", quoteBefore = false
    for scalar in text.unicodeScalars {
      if scalar == "\"", quoteBefore {
        quoteBefore = false
        continue
      }
      quoteBefore = scalar == "\""
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  /// Reads one field and stops at its delimiter, line end or the end of the text.
  private mutating func readField(number: Int) throws(DataError) -> CSVField {
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    if position < bytes.count, bytes[position] == Self.quote { return try readQuotedField(number: number) }
    let start = position
    while position < bytes.count, bytes[position] != delimiter, !isLineEnd(position) { position += 1 }
    var end = position
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    return CSVField(start: start, end: end, isQuoted: false, hasDoubledQuotes: false)
  }

  private mutating func readQuotedField(number: Int) throws(DataError) -> CSVField {
    let openingLine = nextLine
    position += 1
    var field = CSVField(start: position, end: position, isQuoted: true, hasDoubledQuotes: false)
    while true {
      guard position < bytes.count else { throw .unterminatedQuote(file: file, line: openingLine) }
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else { break }
        field.hasDoubledQuotes = true
        position += 2
      } else if isLineEnd(position) {
        hasMultilineRecords = true
        skipLineEnd()
      } else {
        position += 1
      }
    }
    field.end = position
    position += 1
    while position < bytes.count, isBlank(bytes[position]) { position += 1 }
    guard position == bytes.count || bytes[position] == delimiter || isLineEnd(position) else {
      throw .textAfterQuote(file: file, line: nextLine, field: number)
    }
    return field
  }

  private func isBlank(_ byte: UInt8) -> Bool { (byte == Self.space || byte == Self.tab) && byte != delimiter }

  private func isLineEnd(_ index: Int) -> Bool {
    bytes[index] == Self.lineFeed || bytes[index] == Self.carriageReturn
  }

  private mutating func skipLineEnd() {
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count && bytes[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    nextLine += 1
  }
}
