package import Specs

/// Bytes in a table that are not UTF-8, as a person finds them.
package struct TextFault: Sendable, Equatable {
  /// Counted from 1.
  package var line: Int
  /// The column's name, or `field 2` where it has none.
  package var column: String?
  /// The place of the byte in its field, or in its line where there is no column; counted from 1.
  package var byte: Int
  package var fault: UTF8Text.Fault

  /// Finds line and column of a fault.
  init(_ fault: UTF8Text.Fault, in bytes: UnsafeBufferPointer<UInt8>, format: CSVFormat) {
    self.fault = fault
    let lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
    var lines = 0, lineStart = 0
    for index in 0..<fault.offset
    where bytes[index] == lineFeed || bytes[index] == carriageReturn && bytes[index + 1] != lineFeed {
      lines += 1
      lineStart = index + 1
    }
    line = lines + 1
    byte = fault.offset - lineStart + 1
    // Where the text is no table either, the line is all that can be said.
    var scanner = CSVScanner(bytes, delimiter: format.delimiter, file: format.path)
    var fields: [CSVField] = [], names: [String]?
    while let found = try? scanner.next(into: &fields), found {
      if let place = fields.firstIndex(where: { fault.offset >= $0.start && fault.offset < $0.end }) {
        let isNamed = names.map { place < $0.count } ?? false
        column = isNamed ? names.map { "column '\($0[place].excerpt(40))'" } : "field \(place + 1)"
        byte = fault.offset - fields[place].start + 1
        return
      }
      guard scanner.position <= fault.offset else { return }
      if names == nil { names = format.header ? fields.map(scanner.text(of:)) : [] }
    }
  }

  /// What is wrong and what helps.
  var words: String {
    "line \(line)\(column.map { ", \($0)" } ?? ""): \(fault.words("byte \(byte) of the \(column == nil ? "line" : "field")")); "
      + "save the file as UTF-8, for example with `iconv -f latin1 -t utf-8 FILE > NEW` where it is Latin-1"
  }
}
