/// The survey of one column of a range of a CSV text, in which cells that are alike are looked at once.
struct RangeSurvey {
  private var survey: ColumnSurvey
  private var series: [Double] = []
  private var texts: RangeTexts
  /// What each different text is, and how often it occurs.
  private var kinds: [ColumnSurvey.Cell] = []
  private var counts: [Int] = []
  /// Whether different cells need not be told apart: it is known that they are too many.
  private let skipsDistinct: Bool
  private let marks: MissingMarks

  /// - Parameter whole: the survey that this is a part of.
  init(_ bytes: UnsafeBufferPointer<UInt8>, _ whole: ColumnSurvey, _ marks: MissingMarks) {
    survey = ColumnSurvey(name: whole.name, marks: marks)
    texts = RangeTexts(bytes)
    (skipsDistinct, self.marks) = (whole.distinctIsMore, marks)
  }

  /// Takes a cell of a record that was just read.
  ///
  /// - Parameter line: on which the record begins, from 1 in the range.
  mutating func add(_ cell: CSVField, _ bytes: UnsafeBufferPointer<UInt8>, line: Int) {
    // No text of a number is a mark where no mark is a number.
    if skipsDistinct, !marks.hasNumbers, let number = DecimalNumber.parse(bytes) {
      survey.count(.number(number, hasLeadingZero: LabelKind.hasLeadingZero(bytes)), bytes, line: line)
      series.append(number)
      return
    }
    let number = texts.number(of: cell), isNew = number == kinds.count
    if isNew {
      kinds.append(texts.withText(of: number) { ColumnSurvey.cell($0, marks) })
      counts.append(0)
    }
    counts[number] += 1
    let kind = kinds[number]
    if case .number(let value, _) = kind { series.append(value) }
    guard cell.hasDoubledQuotes else { return survey.count(kind, bytes, line: line, isNew: isNew) }
    texts.withText(of: number) { survey.count(kind, $0, line: line, isNew: isNew) }
  }

  func merge(into whole: inout ColumnSurvey, line: Int) {
    let found = kinds.indices.lazy.filter { kinds[$0] != .missing }.map {
      (text: texts.text(of: $0), count: counts[$0])
    }
    whole.merge(survey, series: series, distinct: found, line: line)
  }
}

/// Surveys of the columns of one range of a CSV text, made by one thread.
final class CSVRangeSurvey: RangeWorker {
  private(set) var end = CSVRangeRows.End.done
  private(set) var start: Int?
  private(set) var position = 0
  private(set) var lineCount = 0
  private(set) var surveys: [RangeSurvey] = []
  /// Of each column that is asked for whether it holds a word.
  private(set) var hasWord: [Bool] = []

  private let bytes: UnsafeBufferPointer<UInt8>
  private let delimiter: UInt8
  private let columns: Int
  private let wanted: [Int]
  /// What is no word, where words alone are told.
  private let marks: MissingMarks?
  private let begin: () -> [RangeSurvey]

  /// - Parameters:
  ///   - columns: cells of each row.
  ///   - wanted: the columns that are looked at.
  ///   - marks: what is no word, where these alone are told.
  ///   - begin: the parts of the surveys that go on.
  init(
    _ bytes: UnsafeBufferPointer<UInt8>, delimiter: UInt8, columns: Int, wanted: [Int], marks: MissingMarks? = nil,
    begin: @escaping () -> [RangeSurvey]
  ) {
    (self.bytes, self.delimiter, self.columns, self.wanted) = (bytes, delimiter, columns, wanted)
    (self.marks, self.begin) = (marks, begin)
  }

  func read(from start: Int?, upTo limit: Int, isKnown: Bool) {
    // Held by this call alone while it reads.
    var surveys = begin(), hasWord = wanted.map { _ in false }
    self.start = start
    (end, lineCount) = (.done, 0)
    defer { (self.surveys, self.hasWord) = (surveys, hasWord) }
    guard let start else { return }
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
            let cell = cells[wanted[place]]
            surveys[place].add(cell, scanner.bytes(of: cell), line: scanner.recordLine)
          }
          continue
        }
        for place in wanted.indices where !hasWord[place] {
          let cell = scanner.bytes(of: cells[wanted[place]])
          hasWord[place] = DecimalNumber.parse(cell) == nil && !marks.contains(cell)
        }
      }
    } catch { end = .undecided }
    (position, lineCount) = (scanner.position, scanner.lineCount)
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
        bytes, delimiter: delimiter, columns: names.count, wanted: wanted, marks: tellsWords ? marks : nil
      ) { tellsWords ? [] : own.map { RangeSurvey(bytes, $0, marks) } }
    } merge: { worker, line in
      guard worker.end == .done else { return true }
      for index in worker.surveys.indices { worker.surveys[index].merge(into: &own[index], line: line) }
      for index in worker.hasWord.indices where worker.hasWord[index] { hasWord[index] = true }
      return true
    } finish: { _, position, _ in
      finish(position)
    }
    guard end == .done else { return nil }
    (surveys, self.hasWord) = (own, hasWord)
  }
}
