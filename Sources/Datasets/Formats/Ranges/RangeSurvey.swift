/// The survey of one column of a range of a CSV text, in which cells that are alike are looked at once.
struct RangeSurvey {
  /// What a text is, and how often it occurs in this range.
  private struct Entry {
    let kind: ColumnSurvey.Cell
    let isNumber: Bool
    var count = 0
    /// Of its first cell.
    var line = 0
  }

  private var survey: ColumnSurvey
  private var series: [Double] = []
  /// The different cells, as they come in the text.
  private var distinct: [(text: String, count: Int)] = []
  /// By the numbers of the texts in ``RangeTexts``.
  private var entries: [Entry] = []
  /// Whether different cells need not be told apart: it is known that they are too many.
  private var skipsDistinct = false
  private let name: String
  private let marks: MissingMarks

  /// - Parameter name: of the column.
  init(_ name: String, _ marks: MissingMarks) {
    (self.name, self.marks) = (name, marks)
    survey = ColumnSurvey(name: name, marks: marks)
  }

  /// Begins with a range.
  ///
  /// - Parameters:
  ///   - whole: the survey that this is a part of.
  ///   - isForgotten: whether texts have other numbers from now on.
  mutating func begin(_ whole: ColumnSurvey, isForgotten: Bool) {
    survey = ColumnSurvey(name: name, marks: marks)
    series.removeAll(keepingCapacity: true)
    distinct.removeAll(keepingCapacity: true)
    skipsDistinct = whole.distinctIsMore
    if isForgotten { entries.removeAll(keepingCapacity: true) }
    for index in entries.indices { entries[index].count = 0 }
  }

  /// Takes a cell of a record that was just read, if it is a number and texts need not be told apart.
  ///
  /// - Parameter line: on which the record begins, from 1 in the range.
  mutating func takesNumber(_ cell: UnsafeBufferPointer<UInt8>, line: Int) -> Bool {
    // No text of a number is a mark where no mark is a number.
    guard skipsDistinct, !marks.hasNumbers, let number = DecimalNumber.parse(cell) else { return false }
    survey.count(.number(number, hasLeadingZero: LabelKind.hasLeadingZero(cell)), cell, line: line)
    series.append(number)
    return true
  }

  /// Whether a text was not looked at yet.
  @inline(__always)
  func isNew(_ text: Int) -> Bool { text >= entries.count }

  /// Takes a cell of a record that was just read.
  ///
  /// - Parameters:
  ///   - text: its number among the texts, which was looked at.
  ///   - line: on which the record begins, from 1 in the range.
  @inline(__always)
  mutating func add(_ text: Int, _ cell: UnsafeBufferPointer<UInt8>, line: Int) {
    if entries[text].count == 0 { entries[text].line = line }
    entries[text].count += 1
    guard entries[text].isNumber, case .number(let value, _) = entries[text].kind else { return }
    // The order of numbers counts, that of other cells does not.
    series.append(value)
    survey.count(entries[text].kind, cell, line: line)
  }

  /// Looks at texts up to a new one.
  mutating func look(_ text: Int, of texts: borrowing RangeTexts) {
    while entries.count <= text {
      let kind = texts.withText(of: entries.count) { ColumnSurvey.cell($0, marks) }
      let isNumber = if case .number = kind { true } else { false }
      entries.append(Entry(kind: kind, isNumber: isNumber))
    }
  }

  /// Takes what was counted together, once a range is read: by the thread that has read it, as others merge what they
  /// have meanwhile.
  ///
  /// - Parameter texts: those of the cells.
  mutating func finish(_ texts: borrowing RangeTexts) {
    // As they come in the text; numbers were counted, and are looked at where different ones are.
    let order = entries.indices.filter { entries[$0].count > 0 && !(skipsDistinct && entries[$0].isNumber) }
      .sorted { entries[$0].line < entries[$1].line }
    for text in order where !entries[text].isNumber {
      let entry = entries[text]
      texts.withText(of: text) { survey.count(entry.kind, $0, line: entry.line, times: entry.count) }
    }
    guard !skipsDistinct else { return }
    distinct = order.filter { entries[$0].kind != .missing }.map { (texts.text(of: $0), entries[$0].count) }
  }

  /// - Parameter line: lines before the range.
  mutating func merge(into whole: inout ColumnSurvey, line: Int) {
    whole.merge(survey, series: series, distinct: whole.distinctIsMore ? [] : distinct, line: line)
  }
}
