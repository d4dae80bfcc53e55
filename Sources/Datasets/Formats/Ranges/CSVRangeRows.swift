internal import Specs

/// The rows of one range of a CSV text, read by one thread.
///
/// It reads what can be used. Whatever else there is, from a cell that is no number to a quote that stays open, it
/// leaves to the reader that goes through the text from its first byte, which finds the words for it.
///
/// A value, not an object: what changes with each cell is not looked up behind a reference.
struct CSVRangeRows {
  /// How the reading of a range has ended.
  enum End {
    case done
    /// The single target column turns out to be text.
    case targetIsText
    /// The cells of columns have to be looked at before they can be read.
    case needsSurvey
    /// Something that is not for this reader.
    case undecided
    /// More bytes behind the range's last than a record that began where it was said to has.
    case lost
  }

  private(set) var end = End.done
  /// Where reading has begun; nil: not at all.
  private(set) var start: Int?
  /// Behind the last record.
  private(set) var position = 0
  /// Line ends from the start to there.
  private(set) var lineCount = 0
  /// Rows that are kept, and all of them.
  private(set) var kept = 0
  private(set) var total = 0
  /// Rows that are left out, from 0 in this range.
  private(set) var dropped: [Int] = []
  /// Rows with a missing value that nothing stands for, for each column of the file.
  private(set) var missing: [Int]
  /// Rows that begin with a comment mark, and the line of the first, from 1 in this range.
  private(set) var comments = 0
  private(set) var firstComment = 0
  /// The lines of the kept rows, from 1 in this range.
  private(set) var lines = RowLines()
  /// Whether a number of a feature is missing in a kept row.
  private(set) var hasMissing = false
  private(set) var plain: [CSVReader.PlainColumn]
  private(set) var derived: [DerivedNumbers]
  private(set) var texts: [RangeTexts]
  /// Surveys of the columns that are looked at while they are read.
  private(set) var surveys: [RangeSurvey] = []
  /// The numbers of the kept rows: features, targets, weight.
  private(set) var numbers: UnsafeMutablePointer<Double>
  private var capacity = 0

  // What each row looks at is held by value, or behind pointers of this range's own: threads that count references to
  // the same object wait for each other.
  private let uses: CSVRowUses
  private let reader: CSVReader
  private let marks: MissingMarks
  private let labels: UnsafeMutableBufferPointer<CSVReader.ColumnUse>
  private let surveyed: UnsafeMutableBufferPointer<Int>
  private let beginSurveys: () -> [RangeSurvey]
  /// What the cells of derived columns have come to that are not numbers as they are.
  private var memories: [CellMemory]
  private let targets: UnsafeMutableBufferPointer<CSVReader.ColumnUse>
  private let hasStyles: Bool
  private let targetIsText: Bool
  private let decidesLabels: Bool
  private let weight: Int?
  /// The header's first cell, where it is looked for among the rows.
  private let firstName: UnsafeMutableBufferPointer<UInt8>
  private let looksForHeader: Bool
  private let scanner: CSVScanner
  private let base: UnsafePointer<UInt8>
  private let count: Int
  private let delimiter: UInt8
  /// What ends a cell, and what is to be seen in a quoted one.
  private let cellEnds: ByteSearch, quoteEnds = ByteSearch(quote, lineFeed, carriageReturn)
  private let columns: Int
  private let width: Int
  private let features: Int
  private let hasNumberMarks: Bool
  /// For each column of the file whether it is read as a number at once.
  private let isNumber: UnsafeMutablePointer<Bool>
  /// The cells of the row that is being read, and their numbers where they are some.
  private let cells: UnsafeMutablePointer<CSVField>
  private let values: UnsafeMutablePointer<Double>
  private let areNumbers: UnsafeMutablePointer<Bool>
  /// Of each column of texts the number of the row's.
  private var found: [Int]
  private var line = 1
  /// Whether the row that is being read is left out.
  private var isDropped = false

  private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
  /// Bytes behind a range in which its last record has to end where nobody knows yet that it is one.
  private static let patience = 1 << 22

  /// - Parameters:
  ///   - bytes: the whole text, which is not empty.
  ///   - surveyed: columns that are looked at while they are read.
  ///   - beginSurveys: makes the parts of their surveys that go on.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, _ uses: CSVRowUses, _ reader: CSVReader,
    surveyed: [Int] = [], beginSurveys: @escaping () -> [RangeSurvey] = { [] }
  ) {
    (self.uses, self.reader, self.base, count) = (uses, reader, base, bytes.count)
    (self.surveyed, self.beginSurveys) = (Self.copy(surveyed), beginSurveys)
    memories = uses.derived.map { CellMemory(bytes, places: $0.places, columns: uses.derived.count) }
    delimiter = reader.format.delimiter
    cellEnds = ByteSearch(delimiter, Self.lineFeed, Self.carriageReturn)
    scanner = CSVScanner(bytes, delimiter: delimiter, file: reader.format.path)
    columns = uses.plan.names.count
    (width, features) = (uses.width, uses.firstTarget)
    marks = reader.missingMarks
    labels = Self.copy(uses.texts)
    targets = Self.copy(uses.targetIsText ? [] : uses.targets)
    (hasStyles, targetIsText) = (!uses.plan.targetColumns.isEmpty, uses.targetIsText)
    (decidesLabels, weight) = (uses.decidesLabels, uses.plan.weight)
    firstName = Self.copy(uses.header.first ?? [])
    looksForHeader = uses.header.first != nil
    hasNumberMarks = reader.missingMarks.hasNumbers
    var isNumber = [Bool](repeating: false, count: columns)
    // A delimiter that is part of numbers ends them.
    if !"0123456789+-.eE".utf8.contains(delimiter) {
      for own in uses.plain { isNumber[own.column] = true }
      for own in uses.derived where own.isPlainNumber { isNumber[own.column] = true }
      if !uses.targetIsText { for own in uses.targets { isNumber[own.column] = true } }
      if let weight = uses.plan.weight { isNumber[weight] = true }
    }
    self.isNumber = .allocate(capacity: columns)
    self.isNumber.initialize(from: isNumber, count: columns)
    cells = .allocate(capacity: columns)
    values = .allocate(capacity: columns)
    areNumbers = .allocate(capacity: columns)
    cells.initialize(
      repeating: CSVField(start: 0, end: 0, isQuoted: false, hasDoubledQuotes: false), count: columns)
    values.initialize(repeating: 0, count: columns)
    areNumbers.initialize(repeating: false, count: columns)
    missing = [Int](repeating: 0, count: columns)
    (plain, derived) = (uses.plain, uses.derived)
    texts = uses.texts.map { _ in RangeTexts(bytes, marks: reader.missingMarks) }
    found = uses.texts.map { _ in 0 }
    numbers = .allocate(capacity: max(1, width))
    capacity = 1
  }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return memory
  }

  /// Frees its memory, once nobody needs it.
  func free() {
    labels.deallocate()
    surveyed.deallocate()
    targets.deallocate()
    firstName.deallocate()
    cells.deallocate()
    values.deallocate()
    areNumbers.deallocate()
    isNumber.deallocate()
    numbers.deallocate()
  }

  /// Reads the records that begin at or behind a byte and before another one.
  ///
  /// - Parameter isKnown: whether a record begins there, and not only may.
  mutating func read(from start: Int?, upTo limit: Int, isKnown: Bool) {
    self.start = start
    (end, kept, total, comments, firstComment, lineCount, line) = (.done, 0, 0, 0, 0, 0, 1)
    (dropped, lines, hasMissing) = ([], RowLines(), false)
    for column in missing.indices { missing[column] = 0 }
    (plain, derived) = (uses.plain, uses.derived)
    for index in texts.indices { texts[index].clear() }
    for index in memories.indices { memories[index].clear() }
    surveys = beginSurveys()
    guard let start else { return }
    position = start
    let bound = isKnown ? count : min(count, limit + Self.patience)
    while position < limit, end == .done {
      guard readRecord(bound) else { break }
      total += 1
    }
    lineCount = line - 1
  }

  // MARK: - Records

  /// Reads a record and what its row is; false where reading has ended.
  private mutating func readRecord(_ bound: Int) -> Bool {
    // An empty line: at the end of the text no range holds one.
    guard !isLineEnd(position) else { return stop(.undecided) }
    let recordLine = line
    for column in 0..<columns {
      areNumbers[column] = false
      guard !isNumber[column] || !readNumber(column) else {
        guard endCell(column) else { return stop(.undecided) }
        continue
      }
      guard readCell(column, bound) else { return stop(position >= bound && bound < count ? .lost : .undecided) }
      if isNumber[column], let number = DecimalNumber.parse(bytes(column)) { take(number, column) }
      guard endCell(column) else { return stop(.undecided) }
    }
    if looksForHeader, isFirstName(), uses.header.isRepeated(in: cells, scanner) { return stop(.undecided) }
    countComment(recordLine)
    return readRow(recordLine)
  }

  /// Whether the first cell is the header's.
  private func isFirstName() -> Bool {
    guard cells[0].end - cells[0].start == firstName.count else { return false }
    for index in 0..<firstName.count where base[cells[0].start + index] != firstName[index] { return false }
    return true
  }

  private mutating func stop(_ end: End) -> Bool {
    self.end = end
    return false
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

  // MARK: - Rows

  /// Counts a cell that nothing stands for; false where its row is not left out.
  private mutating func drop(_ column: Int, _ policy: MissingPolicy, isMark: Bool) -> Bool {
    guard policy == .dropRow, isMark else { return false }
    isDropped = true
    missing[column] += 1
    return true
  }

  private func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + cells[column].start, count: cells[column].end - cells[column].start)
  }

  /// Takes what the columns are of a row, in the order of the reader that finds the words; false where reading has
  /// ended.
  private mutating func readRow(_ recordLine: Int) -> Bool {
    for place in surveys.indices {
      let column = surveyed[place]
      surveys[place].add(cells[column], bytes(column), line: recordLine)
    }
    if kept == capacity { grow() }
    let row = numbers + kept * width
    var isOpen = false
    isDropped = false
    for index in plain.indices {
      let column = plain[index].column, value = values[column]
      if areNumbers[column], Float(value).isFinite {
        row[plain[index].place] = value
        if value.magnitude > 0x1p53, !plain[index].isRounded {
          plain[index].isRounded = DecimalNumber.isRounded(value, in: bytes(column))
        }
      } else if !areNumbers[column], !isNumber[column], let number = reader.number(cells[column], scanner) {
        guard Float(number).isFinite else { return stop(.undecided) }
        row[plain[index].place] = number
        if number.magnitude > 0x1p53, !plain[index].isRounded {
          plain[index].isRounded = DecimalNumber.isRounded(number, in: bytes(column))
        }
      } else if plain[index].missing.fills, marks.contains(bytes(column)) {
        row[plain[index].place] = .nan
        isOpen = true
      } else if plain[index].isOpen, !areNumbers[column], reader.isWord(cells[column], scanner) {
        return stop(.needsSurvey)
      } else if !drop(column, plain[index].missing, isMark: marks.contains(bytes(column))) {
        return stop(.undecided)
      }
    }
    for index in derived.indices {
      let column = derived[index].column
      let cause: CellCause?
      if areNumbers[column], derived[index].isPlainNumber {
        let value = values[column]
        let isRounded =
          value.magnitude > 0x1p53 && !derived[index].isRounded && DecimalNumber.isRounded(value, in: bytes(column))
        cause = derived[index].take(value, isRounded: isRounded, into: row)
      } else {
        let cell = cells[column]
        if let known = memories[index].find(cell, into: row) {
          cause = known
        } else {
          cause = derived[index].read(cell, scanner, marks, into: row)
          memories[index].keep(from: row, cause: cause)
        }
        isOpen = true
      }
      guard let cause else { continue }
      let own = derived[index]
      if own.isOpen, reader.number(cells[column], scanner) == nil, reader.isWord(cells[column], scanner) {
        return stop(.needsSurvey)
      }
      guard drop(column, own.missing, isMark: cause == .missing) else { return stop(.undecided) }
    }
    for index in texts.indices {
      let own = labels[index]
      found[index] = texts[index].number(of: cells[own.column])
      guard !own.missing.fills, texts[index].entries[found[index]].isMark else { continue }
      guard drop(own.column, own.missing, isMark: true) else { return stop(.undecided) }
    }
    guard readTargets(row) else { return false }
    if let column = weight {
      if let value = number(column) {
        guard value.isFinite, value.isZero || value.sign == .plus, !DecimalNumber.isLost(value, in: bytes(column))
        else {
          return stop(.undecided)
        }
        row[width - 1] = value
      } else if !drop(
        column, reader.rowPolicy(uses.plan.weightColumn?.missing), isMark: marks.contains(bytes(column)))
      {
        return stop(.undecided)
      }
    }
    guard !isDropped else {
      dropped.append(total)
      return true
    }
    for index in texts.indices { texts[index].keep(found[index]) }
    for index in derived.indices { derived[index].keep(row) }
    if isOpen, !hasMissing {
      for feature in 0..<features where row[feature].isNaN { hasMissing = true }
    }
    lines.append(recordLine, row: kept)
    kept += 1
    return true
  }

  private mutating func readTargets(_ row: UnsafeMutablePointer<Double>) -> Bool {
    guard !targetIsText else { return true }
    let isSingle = targets.count == 1
    for index in 0..<targets.count {
      let own = targets[index]
      let column = own.column
      let style = hasStyles ? uses.plan.targetColumn(index).style : nil
      if let style, !marks.contains(bytes(column), takesNumbers: false) {
        let value = style.number(scanner.text(of: cells[column])).flatMap { $0.isFinite ? $0 : nil }
        if let value, !marks.contains(value) {
          row[features + index] = value
          continue
        }
        guard drop(column, own.missing, isMark: value != nil) else { return stop(.undecided) }
        continue
      }
      if let value = number(column) {
        if decidesLabels, LabelKind.hasLeadingZero(bytes(column)) { return stop(.targetIsText) }
        if value.isFinite {
          row[features + index] = value
          continue
        }
      } else if isSingle, reader.isWord(cells[column], scanner) {
        return stop(.targetIsText)
      }
      guard drop(column, own.missing, isMark: marks.contains(bytes(column))) else { return stop(.undecided) }
    }
    return true
  }

  /// The number in a cell; nil where there is none, or one that is a mark for a missing value.
  private func number(_ column: Int) -> Double? {
    if isNumber[column] { return areNumbers[column] ? values[column] : nil }
    return reader.number(cells[column], scanner)
  }

  private mutating func countComment(_ recordLine: Int) {
    let cell = cells[0]
    guard cell.start < cell.end, base[cell.start] == UInt8(ascii: "#"), !cell.isQuoted,
      !marks.contains(bytes(0))
    else { return }
    comments += 1
    if comments == 1 { firstComment = recordLine }
  }

  private mutating func grow() {
    // Of wide tables few at first: 1 MiB.
    let larger = max(min(1024, (1 << 17) / max(1, width)), 2 * capacity),
      memory = UnsafeMutablePointer<Double>.allocate(capacity: larger * max(1, width))
    memory.update(from: numbers, count: kept * width)
    numbers.deallocate()
    (numbers, capacity) = (memory, larger)
  }
}
