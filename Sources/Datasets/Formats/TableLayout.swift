internal import Specs

/// Why a text is not the table that its source describes.
package enum LayoutFault: Sendable, Equatable {
  /// The lines are cut evenly by another character.
  case delimiter(UInt8, stated: UInt8)
  /// Blanks align the columns.
  case alignedColumns
  /// The first line is Excel's `sep=;`.
  case separatorLine(UInt8, stated: UInt8)
  /// Comments before the table; whether more of them follow inside it.
  case commentsBefore(last: Int, mark: String, goOn: Bool)
  /// One line of comment in the table, or several of which this is the first.
  case comment(line: Int, mark: String)
  /// The names of the columns stand behind a comment mark.
  case commentedHeader(mark: String)
  /// Other lines before the table.
  case preamble(tableLine: Int, namesColumns: Bool)
  /// Lines after the last row.
  case footer(line: Int, found: Int, expected: Int)
  /// The header again, where files were joined.
  case repeatedHeader(line: Int)

  /// What is wrong and what helps.
  var words: String {
    switch self {
    case .delimiter(let found, let stated):
      "the lines are cut by \(Self.name(found)), not by \(Self.name(stated)); add \"delimiter\": \(Self.json(found)) to this data source"
    case .alignedColumns:
      "the columns are aligned with runs of blanks; put one delimiter between them, for example with `awk '{$1=$1}1' OFS=, FILE > NEW`"
    case .separatorLine(let found, let stated):
      "line 1 is 'sep=\(found == 9 ? "<tab>" : Self.character(found))', which only Excel reads; remove it, for example with `tail -n +2 FILE > NEW`"
        + (found == stated ? "" : ", and add \"delimiter\": \(Self.json(found)) to this data source")
    case .commentsBefore(let last, let mark, let goOn):
      "\(last == 1 ? "line 1 begins" : "lines 1 to \(last) begin") with '\(mark)', and there are no comments in CSV; remove \(last == 1 ? "it" : "them"), for example with "
        + (goOn ? "`grep -v '^\(mark)' FILE > NEW`" : "`tail -n +\(last + 1) FILE > NEW`")
    case .comment(let line, let mark):
      "line \(line) begins with '\(mark)', and there are no comments in CSV; remove it, for example with `grep -v '^\(mark)' FILE > NEW`, "
        + "or put the cell in quotes where it is a value"
    case .commentedHeader(let mark):
      "line 1 names the columns behind '\(mark)'; remove the mark, for example with `sed '1s|^\(mark) *||' FILE > NEW`"
    case .preamble(let line, let namesColumns):
      "the table begins in line \(line)\(namesColumns ? ", which names the columns" : ""), not in line 1; remove the lines above it, for example with `tail -n +\(line) FILE > NEW`"
    case .footer(let line, let found, let expected):
      "line \(line), the last, has \(found.counted("field")) where the others have \(expected); remove it if it is a footer, for example with `head -n -1 FILE > NEW`, "
        + "or fetch the file again if it was cut short"
    case .repeatedHeader(let line):
      "line \(line) is the header again, as in files that were joined; remove it"
    }
  }

  private static func name(_ byte: UInt8) -> String {
    switch byte {
    case 9: "tabs"
    case 0x20: "blanks"
    default: "'\(character(byte))'"
    }
  }

  private static func json(_ byte: UInt8) -> String { byte == 9 ? #""\t""# : "\"\(character(byte))\"" }

  private static func character(_ byte: UInt8) -> String { String(Character(Unicode.Scalar(byte))) }
}

/// The first lines of a text, looked at once reading them as a table has failed.
struct TableLayout {
  private static let sampled = 64, lineLimit = 1 << 16

  private let bytes: UnsafeBufferPointer<UInt8>
  private let format: CSVFormat
  /// Names that the first line should hold.
  private let wanted: Set<String>
  /// The first lines that are not empty, with their numbers.
  private let lines: [(number: Int, text: Slice<UnsafeBufferPointer<UInt8>>)]

  init(_ bytes: UnsafeBufferPointer<UInt8>, format: CSVFormat, trainingColumns: [FeatureColumn]) {
    self.bytes = bytes
    self.format = format
    let stated = format.targets + (format.features ?? []) + format.categorical + [format.sampleWeight].compactMap { $0 }
    let names = stated.compactMap { if case .name(let name) = $0 { name } else { nil } }
    wanted = format.header ? Set(names + trainingColumns.map(\.fileColumn)) : []
    var lines: [(Int, Slice<UnsafeBufferPointer<UInt8>>)] = []
    var rest = Self.withoutMark(bytes), number = 0
    while !rest.isEmpty, lines.count < Self.sampled {
      let (line, after) = Self.firstLine(of: rest)
      number += 1
      if line.contains(where: { $0 != 0x20 && $0 != 9 }) { lines.append((number, line.prefix(Self.lineLimit))) }
      rest = after
    }
    self.lines = lines
  }

  /// Excel's line `sep=;` at the beginning of a text.
  static func separatorLine(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
    var line = firstLine(of: withoutMark(bytes).prefix(16)).line
    if line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") { line = line.dropFirst().dropLast() }
    guard line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=" else { return nil }
    return line.last
  }

  /// What explains an error, if anything in the lines does.
  func cause(of error: DataError) -> DataError? {
    let fault: LayoutFault?
    switch error {
    case .names(_, .unknownColumns), .names(_, .missingColumns), .names(_, .numbersForNames),
      .names(_, .columnCountsDiffer), .names(_, .textUnannounced), .names(_, .otherHeader), .columnOutOfRange,
      .duplicateColumn,
      .noFeatureColumns, .shapesDiffer:
      fault = delimiter ?? comments(isNamed: error.isUnknownColumn) ?? preamble
    case .raggedRow(_, let line, let found, let expected, _):
      fault =
        delimiter ?? comments(isNamed: false) ?? comment(inLine: line) ?? preamble
        ?? (lines.count > 3 && found < expected && isLast(line)
          ? .footer(line: line, found: found, expected: expected) : nil)
    case .blankLine(_, let line): fault = delimiter ?? comments(isNamed: false) ?? comment(after: line) ?? preamble
    case .unterminatedQuote, .textAfterQuote: fault = comments(isNamed: false)
    case .cells(_, let problems):
      let lines = problems.columns.compactMap { column in
        column.tallies.first { $0.cause == .text }.flatMap {
          $0.place.hasPrefix("line ") ? Int($0.place.dropFirst(5)) : nil
        }
      }
      fault =
        lines.min().flatMap(comment(inLine:))
        ?? (self.lines.first.map { fieldCount($0.text, format.delimiter) == 1 } == true ? delimiter : nil)
    default: fault = nil
    }
    return fault.map { .misread(file: format.path, $0) }
  }

  // MARK: - Delimiters

  /// A character that cuts the lines evenly where the stated one does not.
  private var delimiter: LayoutFault? {
    let stated = evenCount(format.delimiter)
    if stated != nil, wanted.isEmpty || hasNames(format.delimiter) { return nil }
    let candidates = ([0x3b, 0x09, 0x7c, 0x2c, 0x20, 0x3a] as [UInt8]).filter { $0 != format.delimiter }
    let even = candidates.compactMap { byte in evenCount(byte).map { (byte, $0, hasNames(byte)) } }
    if let best = even.first(where: \.2) { return .delimiter(best.0, stated: format.delimiter) }
    guard stated == nil, isCutOnce else { return nil }
    if let best = even.filter({ $0.0 != 0x20 && $0.0 != 0x3a }).max(by: { $0.1 < $1.1 }) {
      return .delimiter(best.0, stated: format.delimiter)
    }
    let words = lines.map { line in line.text.split { $0 == 0x20 || $0 == 9 }.count }
    if let count = words.last, count > 1, words.allSatisfy({ $0 == count }), words.count > 1,
      even.isEmpty || !hasNames(0x20)
    {
      if even.contains(where: { $0.0 == 0x20 && $0.1 == count }) { return .delimiter(0x20, stated: format.delimiter) }
      return .alignedColumns
    }
    return nil
  }

  /// Whether the stated delimiter leaves the last line whole, or cuts it no longer than it cuts decimal commas.
  private var isCutOnce: Bool {
    guard let first = lines.first(where: { commentMark($0.text) == nil }) else { return false }
    return fieldCount(first.text, format.delimiter) == 1
  }

  /// Fields of each line from some line to the last, at least two and on at least half of the lines.
  private func evenCount(_ delimiter: UInt8) -> Int? {
    let counts = lines.map { fieldCount($0.text, delimiter) }
    guard let count = counts.last, count > 1 else { return nil }
    let even = counts.reversed().prefix { $0 == count }.count
    return even * 2 >= counts.count && even >= min(2, counts.count) ? count : nil
  }

  /// Whether all wanted names are in one of the first lines.
  private func hasNames(_ delimiter: UInt8) -> Bool { namesLine(delimiter) != nil }

  private func namesLine(_ delimiter: UInt8) -> Int? {
    guard !wanted.isEmpty else { return nil }
    return lines.prefix(32).first { wanted.isSubset(of: cut($0.text, delimiter)) }?.number
  }

  // MARK: - Lines that are no rows

  private func comments(isNamed: Bool) -> LayoutFault? {
    guard let first = lines.first, let mark = commentMark(first.text) else { return nil }
    let leading = lines.prefix { commentMark($0.text) == mark }
    guard let last = leading.last?.number else { return nil }
    if leading.count == 1, format.header, lines.count > 1 {
      let bare = cut(first.text.drop(while: { $0 == 0x20 || $0 == 9 }).dropFirst(mark.utf8.count), format.delimiter)
      let next = fieldCount(lines[1].text, format.delimiter)
      if !wanted.isEmpty, wanted.isSubset(of: bare.map { String($0.drop { $0 == " " }) }) {
        return .commentedHeader(mark: mark)
      }
      // A header may well begin with a mark; then a name is simply not there.
      if isNamed, next > 1, fieldCount(first.text, format.delimiter) == next { return nil }
    }
    return .commentsBefore(
      last: last, mark: mark, goOn: lines.dropFirst(leading.count).contains { commentMark($0.text) == mark })
  }

  private func comment(inLine number: Int) -> LayoutFault? {
    guard let text = line(number), let mark = commentMark(text) else { return nil }
    return .comment(line: number, mark: mark)
  }

  /// A comment behind empty lines.
  private func comment(after number: Int) -> LayoutFault? {
    var rest = bytes[...], count = 0
    while !rest.isEmpty {
      let (line, after) = Self.firstLine(of: rest)
      count += 1
      if count >= number, !line.isEmpty {
        return commentMark(line).map { .comment(line: count, mark: $0) }
      }
      rest = after
    }
    return nil
  }

  /// The line from which on this is a table, where that is not the first.
  private var preamble: LayoutFault? {
    if let line = namesLine(format.delimiter) {
      return line == lines.first?.number ? nil : .preamble(tableLine: line, namesColumns: true)
    }
    guard wanted.isEmpty, let count = evenCount(format.delimiter) else { return nil }
    let counts = lines.map { fieldCount($0.text, format.delimiter) }
    let first = counts.count - counts.reversed().prefix { $0 == count }.count
    guard first > 0, counts[..<first].allSatisfy({ $0 < count }) else { return nil }
    return .preamble(tableLine: lines[first].number, namesColumns: false)
  }

  private func commentMark(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    let text = line.drop { $0 == 0x20 || $0 == 9 }
    return ["#", "//", "%"].first { text.starts(with: $0.utf8) }
  }

  // MARK: - Lines and fields

  private static func withoutMark(_ bytes: UnsafeBufferPointer<UInt8>) -> Slice<UnsafeBufferPointer<UInt8>> {
    bytes.dropFirst(bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0)
  }

  private static func firstLine(
    of text: Slice<UnsafeBufferPointer<UInt8>>
  ) -> (line: Slice<UnsafeBufferPointer<UInt8>>, rest: Slice<UnsafeBufferPointer<UInt8>>) {
    guard let end = text.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) else { return (text, text[text.endIndex...]) }
    let isPair = text[end] == 0x0d && end + 1 < text.endIndex && text[end + 1] == 0x0a
    return (text[..<end], text[(end + (isPair ? 2 : 1))...])
  }

  private func line(_ number: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
    var rest = bytes[...]
    for _ in 1..<max(1, number) { rest = Self.firstLine(of: rest).rest }
    return rest.isEmpty ? nil : Self.firstLine(of: rest).line
  }

  /// Whether nothing but empty lines follows a line.
  private func isLast(_ number: Int) -> Bool {
    var rest = bytes[...]
    for _ in 1...max(1, number) { rest = Self.firstLine(of: rest).rest }
    return rest.allSatisfy { $0 == 0x0a || $0 == 0x0d || $0 == 0x20 || $0 == 9 }
  }

  /// How many fields delimiters outside of quotes make.
  private func fieldCount(_ line: Slice<UnsafeBufferPointer<UInt8>>, _ delimiter: UInt8) -> Int {
    var count = 1, isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == delimiter, !isQuoted { count += 1 }
    }
    return count
  }

  /// The texts between delimiters outside of quotes, without blanks and quotes around them.
  private func cut(_ line: Slice<UnsafeBufferPointer<UInt8>>, _ delimiter: UInt8) -> [String] {
    var fields: [String] = [], start = line.startIndex, isQuoted = false
    func add(_ end: Int) {
      var text = line[start..<end].drop { $0 == 0x20 || $0 == 9 }
      while let last = text.last, last == 0x20 || last == 9 { text = text.dropLast() }
      if text.count > 1, text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\"") {
        text = text.dropFirst().dropLast()
      }
      fields.append(String(decoding: text, as: UTF8.self))
    }
    for index in line.indices {
      if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard line[index] == delimiter, !isQuoted else { continue }
      add(index)
      start = index + 1
    }
    add(line.endIndex)
    return fields
  }
}

extension DataError {
  fileprivate var isUnknownColumn: Bool {
    switch self {
    case .names(_, .unknownColumns), .names(_, .missingColumns): true
    default: false
    }
  }
}
