/// Surveys of the columns of one range of a CSV text, made by one thread.
final class CSVRangeSurvey: RangeWorker {
  private(set) var end = CSVRangeRows.End.done
  private(set) var start: Int?
  private(set) var position = 0
  private(set) var lineCount = 0
  private var surveys: [RangeSurvey]
  private var texts: [RangeTexts]
  /// Of each column that is asked for whether it holds a word.
  private(set) var hasWord: [Bool] = []

  private let bytes: UnsafeBufferPointer<UInt8>
  private let delimiter: UInt8
  private let columns: Int
  private let wanted: [Int]
  /// What is no word, where words alone are told.
  private let marks: MissingMarks?
  private let whole: () -> [ColumnSurvey]

  /// - Parameters:
  ///   - columns: cells of each row.
  ///   - wanted: the columns that are looked at.
  ///   - marks: what is no word, where these alone are told.
  ///   - whole: the surveys that go on; none where words alone are told.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, columns: Int, wanted: [Int], marks: MissingMarks,
    tellsWords: Bool, whole: @escaping () -> [ColumnSurvey]
  ) {
    (self.bytes, self.delimiter, self.columns, self.wanted) = (bytes, delimiter, columns, wanted)
    (self.marks, self.whole) = (tellsWords ? marks : nil, whole)
    let surveyed = tellsWords ? [] : whole()
    surveys = surveyed.map { RangeSurvey($0.name, marks) }
    texts = surveyed.map { _ in RangeTexts(bytes, columns: surveyed.count) }
  }

  func read(from start: Int?, upTo limit: Int, isKnown: Bool) {
    self.start = start
    (end, lineCount) = (.done, 0)
    guard let start else {
      position = 0
      return
    }
    // Held by this call alone while it reads.
    var surveys: [RangeSurvey] = [], texts: [RangeTexts] = [], hasWord = wanted.map { _ in false }
    swap(&surveys, &self.surveys)
    swap(&texts, &self.texts)
    defer { (self.surveys, self.texts, self.hasWord) = (surveys, texts, hasWord) }
    for (place, survey) in whole().enumerated() { surveys[place].begin(survey, isForgotten: texts[place].clear()) }
    var scanner = CSVScanner(bytes, delimiter: delimiter, file: "", at: start), cells: [CSVField] = []
    let wanted = wanted, marks = marks, columns = columns
    do throws(DataError) {
      while scanner.position < limit {
        guard try scanner.next(into: &cells), cells.count == columns else {
          end = .undecided
          return
        }
        guard let marks else {
          for place in wanted.indices {
            let cell = cells[wanted[place]], bytes = scanner.bytes(of: cell)
            guard !surveys[place].takesNumber(bytes, line: scanner.recordLine) else { continue }
            let text = texts[place].number(of: cell)
            if surveys[place].isNew(text) { surveys[place].look(text, of: texts[place]) }
            surveys[place].add(text, bytes, line: scanner.recordLine)
          }
          continue
        }
        for place in wanted.indices where !hasWord[place] {
          let cell = scanner.bytes(of: cells[wanted[place]])
          hasWord[place] = DecimalNumber.parse(cell) == nil && !marks.contains(cell)
        }
      }
    } catch { end = .undecided }
    for place in surveys.indices { surveys[place].finish(texts[place]) }
    (position, lineCount) = (scanner.position, scanner.lineCount)
  }

  /// - Parameter line: lines before the range.
  func merge(into whole: inout [ColumnSurvey], line: Int) {
    for index in surveys.indices { surveys[index].merge(into: &whole[index], line: line) }
  }
}

extension ColumnSurvey {
  /// Takes a cell of a record that was just read.
  mutating func add(_ cell: CSVField, _ scanner: CSVScanner) {
    guard cell.hasDoubledQuotes else { return add(scanner.bytes(of: cell), line: scanner.recordLine) }
    var text = scanner.text(of: cell)
    text.withUTF8 { add($0, line: scanner.recordLine) }
  }
}

/// Surveys of all rows of a CSV text.
struct CSVSurveys {
  var surveys: [ColumnSurvey]
  var hasWord: [Bool]

  /// Looks at all rows; nil where they are not for this reader.
  ///
  /// - Parameters:
  ///   - marks: where words alone are told, what is none.
  ///   - windows: of ranges that are looked at, at most.
  init?(
    _ names: [String], of wanted: [Int], marks: MissingMarks, tellsWords: Bool = false, _ ranges: inout TextRanges,
    delimiter: UInt8, from start: CSVScanner, windows: Int = .max, finish: (_ position: Int) -> Void
  ) {
    var own = wanted.map { ColumnSurvey(name: names[$0], marks: marks) }, hasWord = wanted.map { _ in false }
    let bytes = ranges.bytes
    let end = ranges.walk(from: start.position, line: start.lineCount, windows: windows) {
      CSVRangeSurvey(
        bytes, delimiter: delimiter, columns: names.count, wanted: wanted, marks: marks, tellsWords: tellsWords
      ) { tellsWords ? [] : own }
    } merge: { worker, line in
      guard worker.end == .done, worker.start != nil else { return true }
      worker.merge(into: &own, line: line)
      for index in worker.hasWord.indices where worker.hasWord[index] { hasWord[index] = true }
      return true
    } finish: { _, position, _ in
      finish(position)
    }
    guard end == .done else { return nil }
    (surveys, self.hasWord) = (own, hasWord)
  }
}
