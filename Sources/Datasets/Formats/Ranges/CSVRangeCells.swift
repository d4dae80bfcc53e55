/// The cells of the records of a range of a CSV text, one record after the other, and their numbers.
///
/// A value, not an object: what changes with each cell is not looked up behind a reference.
struct CSVRangeCells {
  /// The first byte that is not read yet.
  private(set) var position = 0
  /// The line that it is on, from 1 in the range.
  private(set) var line = 1
  /// The cells of the record.
  let cells: UnsafeMutablePointer<CSVField>
  let base: UnsafePointer<UInt8>
  /// Cells of a record.
  let columns: Int

  private let values: UnsafeMutablePointer<Double>
  private let areNumbers: UnsafeMutablePointer<Bool>
  /// For each column of the file whether it is read as a number at once.
  private let isNumber: UnsafeMutablePointer<Bool>
  private let marks: MissingMarks
  private let hasNumberMarks: Bool
  private let count: Int
  private let delimiter: UInt8
  /// What ends a cell, and what is to be seen in a quoted one.
  private let cellEnds: ByteSearch, quoteEnds = ByteSearch(quote, lineFeed, carriageReturn)

  private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

  /// - Parameters:
  ///   - bytes: the whole text, which is not empty.
  ///   - columns: cells of a record.
  ///   - numbers: columns that are read as numbers at once.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, delimiter: UInt8, columns: Int, numbers: [Int],
    marks: MissingMarks
  ) {
    (self.base, count, self.delimiter, self.columns) = (base, bytes.count, delimiter, columns)
    (self.marks, hasNumberMarks) = (marks, marks.hasNumbers)
    cellEnds = ByteSearch(delimiter, Self.lineFeed, Self.carriageReturn)
    isNumber = .allocate(capacity: columns)
    cells = .allocate(capacity: columns)
    values = .allocate(capacity: columns)
    areNumbers = .allocate(capacity: columns)
    isNumber.initialize(repeating: false, count: columns)
    cells.initialize(
      repeating: CSVField(start: 0, end: 0, isQuoted: false, hasDoubledQuotes: false), count: columns)
    values.initialize(repeating: 0, count: columns)
    areNumbers.initialize(repeating: false, count: columns)
    // A delimiter that is part of numbers ends them.
    if !"0123456789+-.eE".utf8.contains(delimiter) { for column in numbers { isNumber[column] = true } }
  }

  /// Frees its memory, once nobody needs it.
  func free() {
    isNumber.deallocate()
    cells.deallocate()
    values.deallocate()
    areNumbers.deallocate()
  }

  /// Goes to the first record of a range.
  mutating func begin(at start: Int) { (position, line) = (start, 1) }

  /// Reads a record.
  ///
  /// - Parameter bound: behind the last byte that quotes may hold.
  /// - Returns: `done`, or why reading has ended.
  @inline(__always)
  mutating func readRecord(_ bound: Int) -> CSVRangeRows.End {
    // An empty line: at the end of the text no range holds one.
    guard !isLineEnd(position) else { return .undecided }
    for column in 0..<columns {
      areNumbers[column] = false
      guard !isNumber[column] || !readNumber(column) else {
        guard endCell(column) else { return .undecided }
        continue
      }
      guard readCell(column, bound) else { return position >= bound && bound < count ? .lost : .undecided }
      if isNumber[column], let number = DecimalNumber.parse(bytes(column)) { take(number, column) }
      guard endCell(column) else { return .undecided }
    }
    return .done
  }

  /// The number of a column that is read as one at once; nil where there is none, or one that is a mark.
  @inline(__always)
  func number(_ column: Int) -> Double? { areNumbers[column] ? values[column] : nil }

  /// Whether a column is read as a number at once.
  @inline(__always)
  func isNumber(_ column: Int) -> Bool { isNumber[column] }

  /// The bytes of a cell.
  @inline(__always)
  func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + cells[column].start, count: cells[column].end - cells[column].start)
  }

  /// Reads a number that is not quoted and has no blanks around it; else nothing is read.
  @inline(__always)
  private mutating func readNumber(_ column: Int) -> Bool {
    var place = base + position
    guard let number = DecimalNumber.read(&place, upTo: base + count) else { return false }
    let end = place - base
    guard end == count || base[end] == delimiter || isLineEnd(end) else { return false }
    cells[column] = CSVField(start: position, end: end, isQuoted: false, hasDoubledQuotes: false)
    position = end
    take(number, column)
    return true
  }

  @inline(__always)
  private mutating func take(_ number: Double, _ column: Int) {
    guard !hasNumberMarks || !marks.contains(number) else { return }
    values[column] = number
    areNumbers[column] = true
  }

  /// Reads a cell and stops behind it; false where it is not right.
  @inline(__always)
  private mutating func readCell(_ column: Int, _ bound: Int) -> Bool {
    // What changes with each byte is a value of its own: a property would go to memory and back.
    let base = base, count = count
    var place = position
    while place < count, isBlank(base[place]) { place += 1 }
    guard place == count || base[place] != Self.quote else { return readQuotedCell(column, place + 1, bound) }
    let start = place
    place = cellEnds.place(in: base, from: place, upTo: count)
    position = place
    while place > start, isBlank(base[place - 1]) { place -= 1 }
    cells[column] = CSVField(start: start, end: place, isQuoted: false, hasDoubledQuotes: false)
    return true
  }

  /// Reads a quoted cell from behind its quote.
  private mutating func readQuotedCell(_ column: Int, _ start: Int, _ bound: Int) -> Bool {
    let base = base, count = count
    var place = start, hasDoubledQuotes = false
    while true {
      place = quoteEnds.place(in: base, from: place, upTo: bound)
      guard place < bound else {
        position = place
        return false
      }
      let byte = base[place]
      place += 1
      if byte == Self.quote {
        guard place < count, base[place] == Self.quote else { break }
        hasDoubledQuotes = true
        place += 1
      } else {
        if byte == Self.carriageReturn, place < count, base[place] == Self.lineFeed { place += 1 }
        line += 1
      }
    }
    cells[column] = CSVField(start: start, end: place - 1, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
    while place < count, isBlank(base[place]) { place += 1 }
    position = place
    return place == count || base[place] == delimiter || isLineEnd(place)
  }

  /// Goes on behind a cell's delimiter, or behind the line of the last cell; false where a row has another number of
  /// cells.
  @inline(__always)
  private mutating func endCell(_ column: Int) -> Bool {
    if column < columns - 1 {
      guard position < count, base[position] == delimiter else { return false }
      position += 1
      return true
    }
    if position == count {
      line += 1
      return true
    }
    guard isLineEnd(position) else { return false }
    skipLineEnd()
    return true
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool { (byte == 0x20 || byte == 0x09) && byte != delimiter }

  @inline(__always)
  private func isLineEnd(_ index: Int) -> Bool {
    base[index] == Self.lineFeed || base[index] == Self.carriageReturn
  }

  @inline(__always)
  private mutating func skipLineEnd() {
    let isPair = base[position] == Self.carriageReturn && position + 1 < count && base[position + 1] == Self.lineFeed
    position += isPair ? 2 : 1
    line += 1
  }
}
