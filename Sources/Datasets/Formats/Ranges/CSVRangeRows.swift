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
  var position: Int { record.position }
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
  /// The numbers of the kept rows: features, targets, weight.
  private(set) var numbers: UnsafeMutablePointer<Double>
  private var capacity = 0

  // What each row looks at is held by value, or behind pointers of this range's own: threads that count references to
  // the same object wait for each other, and an array is asked for each cell whether it is another one's too.
  let plain: UnsafeMutableBufferPointer<CSVReader.PlainColumn>
  let derived: UnsafeMutableBufferPointer<DerivedNumbers>
  /// The texts of columns of labels, in the order of their fields, then those of others that are looked at.
  let texts: UnsafeMutableBufferPointer<RangeTexts>
  private let labels: UnsafeMutableBufferPointer<CSVReader.ColumnUse>
  /// Of each of ``texts`` its column, and the number of the row's.
  private let textColumns: UnsafeMutableBufferPointer<Int>
  private let found: UnsafeMutableBufferPointer<Int>
  /// Surveys of the columns that are looked at while they are read.
  private let surveys: UnsafeMutableBufferPointer<RangeSurvey>
  /// Of each of them its column, and its place among the texts.
  private let surveyed: UnsafeMutableBufferPointer<(column: Int, text: Int)>
  /// What the cells of derived columns have come to that are not numbers as they are: by the text, or where that has a
  /// number by it.
  private let memories: UnsafeMutableBufferPointer<CellMemory>
  private let results: UnsafeMutableBufferPointer<TextResults>
  private let textOfDerived: UnsafeMutableBufferPointer<Int?>
  /// Of each of ``texts`` its places among the surveys and the derived columns.
  private let usesOfTexts: UnsafeMutableBufferPointer<(survey: Int?, derived: Int?)>
  private let targets: UnsafeMutableBufferPointer<CSVReader.ColumnUse>
  private let uses: CSVRowUses
  private let reader: CSVReader
  private let marks: MissingMarks
  private let wholeSurveys: () -> [ColumnSurvey]
  private let hasStyles: Bool
  private let targetIsText: Bool
  private let decidesLabels: Bool
  private let weight: Int?
  /// The header's first cell, where it is looked for among the rows.
  private let firstName: UnsafeMutableBufferPointer<UInt8>
  private let looksForHeader: Bool
  private let scanner: CSVScanner
  private let count: Int
  private let width: Int
  private let features: Int
  /// The row that is being read.
  private var record: CSVRangeCells
  /// Whether it is left out.
  private var isDropped = false

  /// Bytes behind a range in which its last record has to end where nobody knows yet that it is one.
  private static let patience = 1 << 22

  /// - Parameters:
  ///   - bytes: the whole text, which is not empty.
  ///   - surveyed: columns that are looked at while they are read.
  ///   - wholeSurveys: their surveys that go on.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, base: UnsafePointer<UInt8>, _ uses: CSVRowUses, _ reader: CSVReader,
    surveyed: [Int] = [], wholeSurveys: @escaping () -> [ColumnSurvey] = { [] }
  ) {
    (self.uses, self.reader, count, self.wholeSurveys) = (uses, reader, bytes.count, wholeSurveys)
    (width, features, marks) = (uses.width, uses.firstTarget, reader.missingMarks)
    let delimiter = reader.format.delimiter, columns = uses.plan.names.count
    scanner = CSVScanner(bytes, delimiter: delimiter, file: reader.format.path)
    var numberColumns = uses.plain.map(\.column) + uses.derived.filter(\.isPlainNumber).map(\.column)
    if !uses.targetIsText { numberColumns += uses.targets.map(\.column) }
    if let weight = uses.plan.weight { numberColumns.append(weight) }
    record = CSVRangeCells(
      bytes, base: base, delimiter: delimiter, columns: columns, numbers: numberColumns, marks: reader.missingMarks)
    labels = Self.copy(uses.texts)
    targets = Self.copy(uses.targetIsText ? [] : uses.targets)
    (hasStyles, targetIsText) = (!uses.plan.targetColumns.isEmpty, uses.targetIsText)
    (decidesLabels, weight) = (uses.decidesLabels, uses.plan.weight)
    firstName = Self.copy(uses.header.first ?? [])
    looksForHeader = uses.header.first != nil
    missing = [Int](repeating: 0, count: columns)
    (plain, derived) = (Self.copy(uses.plain), Self.copy(uses.derived))
    let labelled = Set(uses.texts.map(\.column))
    // The columns whose texts are told apart, and the place of each.
    var ownColumns: [Int] = [], places: [Int: Int] = [:]
    for column in uses.texts.map(\.column) + surveyed.filter({ !labelled.contains($0) }) {
      places[column] = ownColumns.count
      ownColumns.append(column)
    }
    textColumns = Self.copy(ownColumns)
    texts = Self.copy(ownColumns.map { _ in RangeTexts(bytes, marks: reader.missingMarks, columns: ownColumns.count) })
    found = Self.copy(ownColumns.map { _ in 0 })
    surveys = Self.copy(wholeSurveys().map { RangeSurvey($0.name, reader.missingMarks) })
    self.surveyed = Self.copy(surveyed.map { column in (column, places[column] ?? 0) })
    memories = Self.copy(
      uses.derived.map { CellMemory(bytes, places: $0.places, columns: uses.derived.count) })
    results = Self.copy(uses.derived.map { TextResults(places: $0.places, columns: uses.derived.count) })
    let isSurveyed = Set(surveyed)
    textOfDerived = Self.copy(uses.derived.map { isSurveyed.contains($0.column) ? places[$0.column] : nil })
    usesOfTexts = Self.copy(ownColumns.map { _ in (nil, nil) })
    for place in self.surveyed.indices { usesOfTexts[self.surveyed[place].text].survey = place }
    for index in textOfDerived.indices { if let text = textOfDerived[index] { usesOfTexts[text].derived = index } }
    numbers = .allocate(capacity: max(1, width))
    capacity = 1
  }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = memory.initialize(from: elements)
    return memory
  }

  private static func free<Element>(_ memory: UnsafeMutableBufferPointer<Element>) {
    memory.deinitialize()
    memory.deallocate()
  }

  /// Frees its memory, once nobody needs it.
  func free() {
    record.free()
    Self.free(labels)
    Self.free(targets)
    Self.free(firstName)
    Self.free(plain)
    Self.free(derived)
    Self.free(texts)
    Self.free(textColumns)
    Self.free(found)
    Self.free(surveys)
    Self.free(surveyed)
    Self.free(memories)
    Self.free(results)
    Self.free(textOfDerived)
    Self.free(usesOfTexts)
    numbers.deallocate()
  }

  /// Reads the records that begin at or behind a byte and before another one.
  ///
  /// - Parameter isKnown: whether a record begins there, and not only may.
  mutating func read(from start: Int?, upTo limit: Int, isKnown: Bool) {
    self.start = start
    (end, kept, total, comments, firstComment, lineCount) = (.done, 0, 0, 0, 0, 0)
    (dropped, lines, hasMissing) = ([], RowLines(), false)
    guard let start else { return record.begin(at: 0) }
    for column in missing.indices { missing[column] = 0 }
    for index in plain.indices { plain[index] = uses.plain[index] }
    for index in derived.indices { derived[index] = uses.derived[index] }
    for index in memories.indices { memories[index].clear() }
    beginTexts()
    record.begin(at: start)
    let bound = isKnown ? count : min(count, limit + Self.patience)
    while position < limit, end == .done {
      let recordLine = record.line
      end = record.readRecord(bound)
      guard end == .done else { break }
      if looksForHeader, isFirstName(), uses.header.isRepeated(in: record.cells, scanner) {
        end = .undecided
        break
      }
      countComment(recordLine)
      guard readRow(recordLine) else { break }
      total += 1
    }
    for index in labels.indices { texts[index].count() }
    for place in surveys.indices { surveys[place].finish(texts[surveyed[place].text]) }
    lineCount = record.line - 1
  }

  private func beginTexts() {
    let whole = wholeSurveys()
    for index in texts.indices {
      let isForgotten = texts[index].clear()
      if let place = usesOfTexts[index].survey { surveys[place].begin(whole[place], isForgotten: isForgotten) }
      if isForgotten, let own = usesOfTexts[index].derived { results[own].clear() }
    }
  }

  /// Takes what is found in the columns that are looked at into their surveys.
  ///
  /// - Parameter line: lines before the range.
  func mergeSurveys(into whole: inout [ColumnSurvey], line: Int) {
    for place in surveys.indices {
      surveys[place].merge(into: &whole[place], line: line)
    }
  }

  // MARK: - Rows

  /// Whether the first cell is the header's.
  private func isFirstName() -> Bool {
    let cell = record.cells[0]
    guard cell.end - cell.start == firstName.count else { return false }
    for index in 0..<firstName.count where record.base[cell.start + index] != firstName[index] { return false }
    return true
  }

  private mutating func stop(_ end: End) -> Bool {
    self.end = end
    return false
  }

  /// Counts a cell that nothing stands for; false where its row is not left out.
  private mutating func drop(_ column: Int, _ policy: MissingPolicy, isMark: Bool) -> Bool {
    guard policy == .dropRow, isMark else { return false }
    isDropped = true
    missing[column] += 1
    return true
  }

  private func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> { record.bytes(column) }

  /// Looks at the cells of columns whose kinds nobody has said, and tells their texts and those of labels apart.
  @inline(__always)
  private func readTexts(_ recordLine: Int) {
    for index in labels.indices { found[index] = texts[index].number(of: record.cells[textColumns[index]]) }
    for place in surveys.indices {
      let (column, text) = surveyed[place]
      if text >= labels.count {
        guard !surveys[place].takesNumber(bytes(column), line: recordLine) else {
          found[text] = -1
          continue
        }
        found[text] = texts[text].number(of: record.cells[column])
      }
      if surveys[place].isNew(found[text]) { surveys[place].look(found[text], of: texts[text]) }
      surveys[place].add(found[text], bytes(column), line: recordLine)
    }
  }

  /// Takes what the columns are of a row, in the order of the reader that finds the words; false where reading has
  /// ended.
  private mutating func readRow(_ recordLine: Int) -> Bool {
    readTexts(recordLine)
    if kept == capacity { grow() }
    let row = numbers + kept * width
    var isOpen = false
    isDropped = false
    for index in plain.indices {
      let column = plain[index].column
      if let value = record.number(column), Float(value).isFinite {
        row[plain[index].place] = value
        if value.magnitude > 0x1p53 { round(index, value) }
      } else {
        guard readOther(index, row, &isOpen) else { return false }
      }
    }
    for index in derived.indices {
      guard readDerived(index, row, &isOpen) else { return false }
    }
    for index in labels.indices {
      guard !labels[index].missing.fills, texts[index].entries[found[index]].isMark else { continue }
      guard drop(labels[index].column, labels[index].missing, isMark: true) else { return stop(.undecided) }
    }
    guard readTargets(row) else { return false }
    if weight != nil { guard readWeight(row) else { return false } }
    guard !isDropped else {
      dropped.append(total)
      return true
    }
    for index in labels.indices { texts[index].keep(found[index]) }
    for index in derived.indices { derived[index].keep(row) }
    if isOpen, !hasMissing {
      for feature in 0..<features where row[feature].isNaN { hasMissing = true }
    }
    lines.append(recordLine, row: kept)
    kept += 1
    return true
  }

  /// Notes whether a large number of a plain column is rounded.
  private func round(_ index: Int, _ value: Double) {
    guard !plain[index].isRounded else { return }
    plain[index].isRounded = DecimalNumber.isRounded(value, in: bytes(plain[index].column))
  }

  /// Takes a cell of a plain column that was not read as a number, or as one that float32 has not; false where reading
  /// has ended.
  private mutating func readOther(_ index: Int, _ row: UnsafeMutablePointer<Double>, _ isOpen: inout Bool) -> Bool {
    let own = plain[index], column = own.column, isRead = record.number(column) != nil
    if !isRead, !record.isNumber(column), let number = reader.number(record.cells[column], scanner) {
      guard Float(number).isFinite else { return stop(.undecided) }
      row[own.place] = number
      if number.magnitude > 0x1p53 { round(index, number) }
    } else if own.missing.fills, marks.contains(bytes(column)) {
      row[own.place] = .nan
      isOpen = true
    } else if own.isOpen, !isRead, reader.isWord(record.cells[column], scanner) {
      return stop(.needsSurvey)
    } else if !drop(column, own.missing, isMark: marks.contains(bytes(column))) {
      return stop(.undecided)
    }
    return true
  }

  /// Takes a cell of a column whose numbers are made of it; false where reading has ended.
  @inline(__always)
  private mutating func readDerived(_ index: Int, _ row: UnsafeMutablePointer<Double>, _ isOpen: inout Bool) -> Bool {
    let column = derived[index].column
    let cause: CellCause?
    if let value = record.number(column), derived[index].isPlainNumber {
      let isRounded =
        value.magnitude > 0x1p53 && !derived[index].isRounded && DecimalNumber.isRounded(value, in: bytes(column))
      cause = derived[index].take(value, isRounded: isRounded, into: row)
    } else {
      let cell = record.cells[column]
      // A text that need not be told apart from others has no number.
      if let place = textOfDerived[index], found[place] >= 0 {
        if let known = results[index].find(found[place], into: row) {
          if known.isRounded { derived[index].noteRounded() }
          cause = known.cause
        } else {
          let outcome = derived[index].readAlone(cell, scanner, marks, into: row)
          results[index].keep(found[place], from: row, outcome)
          cause = outcome.cause
        }
      } else if let known = memories[index].find(cell, into: row) {
        cause = known
      } else {
        cause = derived[index].read(cell, scanner, marks, into: row)
        memories[index].keep(from: row, cause: cause)
      }
      isOpen = true
    }
    guard let cause else { return true }
    let own = derived[index]
    if own.isOpen, reader.number(record.cells[column], scanner) == nil, reader.isWord(record.cells[column], scanner) {
      return stop(.needsSurvey)
    }
    return drop(column, own.missing, isMark: cause == .missing) || stop(.undecided)
  }

  private mutating func readTargets(_ row: UnsafeMutablePointer<Double>) -> Bool {
    guard !targetIsText else { return true }
    let isSingle = targets.count == 1
    for index in 0..<targets.count {
      let own = targets[index]
      let column = own.column
      let style = hasStyles ? uses.plan.targetColumn(index).style : nil
      if let style, !marks.contains(bytes(column), takesNumbers: false) {
        let value = style.number(scanner.text(of: record.cells[column])).flatMap { $0.isFinite ? $0 : nil }
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
      } else if isSingle, reader.isWord(record.cells[column], scanner) {
        return stop(.targetIsText)
      }
      guard drop(column, own.missing, isMark: marks.contains(bytes(column))) else { return stop(.undecided) }
    }
    return true
  }

  private mutating func readWeight(_ row: UnsafeMutablePointer<Double>) -> Bool {
    guard let column = weight else { return true }
    guard let value = number(column) else {
      let policy = reader.rowPolicy(uses.plan.weightColumn?.missing)
      return drop(column, policy, isMark: marks.contains(bytes(column))) || stop(.undecided)
    }
    guard value.isFinite, value.isZero || value.sign == .plus, !DecimalNumber.isLost(value, in: bytes(column)) else {
      return stop(.undecided)
    }
    row[width - 1] = value
    return true
  }

  /// The number in a cell; nil where there is none, or one that is a mark for a missing value.
  @inline(__always)
  private func number(_ column: Int) -> Double? {
    record.isNumber(column) ? record.number(column) : reader.number(record.cells[column], scanner)
  }

  private mutating func countComment(_ recordLine: Int) {
    let cell = record.cells[0]
    guard cell.start < cell.end, record.base[cell.start] == UInt8(ascii: "#"), !cell.isQuoted,
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
