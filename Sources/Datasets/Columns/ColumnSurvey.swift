internal import Specs

/// What the cells of one column of a text table are, counted in one pass.
///
/// Every cell is exactly one of: missing, a number, a boolean word, a date, a number in another style, a word.
package struct ColumnSurvey: Sendable {
  /// A cell and the line that it begins in, counted from 1.
  package struct Found: Sendable, Equatable {
    package var text: String
    package var line: Int
  }

  /// Different cells that are told apart.
  package static let distinctLimit = 10_001

  package let name: String
  package private(set) var rows = 0
  package private(set) var missing = 0
  package private(set) var firstMissingLine = 0
  /// The marks that stand for missing values, as far as they are few; empty cells are none.
  package private(set) var marksFound: Set<String> = []
  private var marksInOrder: [String] = []

  // MARK: Numbers

  package private(set) var numbers = 0
  package private(set) var wholeNumbers = 0
  package private(set) var zeros = 0
  package private(set) var negatives = 0
  /// Numbers beyond float32, infinity among them.
  package private(set) var beyondFloat = 0
  /// Whole numbers that are written with zeros before them, like 007: codes rather than counts.
  package private(set) var leadingZeros = 0
  package private(set) var minimum = Double.infinity
  package private(set) var maximum = -Double.infinity
  /// Whether each number is greater than the one before it, as they stand in the file.
  package private(set) var isAscending = true
  private var last = -Double.infinity
  /// Some of the numbers, for their distribution.
  package private(set) var sample = NumberSample()

  // MARK: Words

  /// Cells like `true` and `no`.
  package private(set) var booleans = 0
  /// Cells that are dates (``DateText``), and how many of them have a time.
  package private(set) var dates = 0
  package private(set) var timedDates = 0
  /// Numbers in other styles: decimal comma, thousands, percent, currency, …; and the first of each.
  package private(set) var styles: [CellCause: Int] = [:]
  package private(set) var firstOfStyle: [CellCause: Found] = [:]
  /// Cells that are nothing of all this.
  package private(set) var words = 0
  /// Words that are several, with blanks between them.
  package private(set) var phrases = 0
  /// The first cell that is neither missing nor a number.
  package private(set) var firstWord: Found?
  /// The first cell that is nothing of all this.
  package private(set) var firstPlainWord: Found?

  // MARK: Cells

  /// Bytes of the longest cell.
  package private(set) var longest = 0
  /// How often the cells occur that are not missing, as they are written; once ``distinctIsMore``, only the number of
  /// its entries means something.
  package private(set) var distinct: [String: Int] = [:]
  /// Whether there are more different cells than are told apart.
  package private(set) var distinctIsMore = false

  private let marks: MissingMarks

  /// - Parameter marks: what stands for a missing value.
  package init(name: String, marks: MissingMarks = .usual) {
    self.name = name
    self.marks = marks
  }

  /// Cells that are not missing.
  package var present: Int { rows - missing }
  /// Different cells that are not missing; at most ``distinctLimit``.
  package var distinctCount: Int { distinct.count }
  /// Cells that are numbers in another style.
  package var styled: Int { styles.values.reduce(0, +) }
  /// How often the most frequent cell occurs; 0 where that is not known.
  package var mostFrequent: Int { distinctIsMore ? 0 : distinct.values.max() ?? 0 }

  /// Different numbers, where ``1`` and ``1.0`` are one; only where all cells are told apart.
  package var distinctNumbers: [Double: Int] {
    var numbers: [Double: Int] = [:]
    for (cell, count) in distinct {
      var cell = cell
      if let number = cell.withUTF8({ DecimalNumber.parse($0) }) { numbers[number, default: 0] += count }
    }
    return numbers
  }

  /// What a cell is.
  enum Cell: Equatable {
    case missing
    case number(Double, hasLeadingZero: Bool)
    case boolean
    case date(hasTime: Bool)
    /// A number in another style.
    case styled(CellCause)
    case word(isPhrase: Bool)
  }

  /// What a cell is, without blanks and quotes around it.
  static func cell(_ cell: UnsafeBufferPointer<UInt8>, _ marks: MissingMarks) -> Cell {
    if marks.contains(cell) { return .missing }
    if let number = DecimalNumber.parse(cell) { return .number(number, hasLeadingZero: LabelKind.hasLeadingZero(cell)) }
    if BooleanWord.parse(cell) != nil { return .boolean }
    if let date = DateText(cell) { return .date(hasTime: date.secondOfDay != nil) }
    // What is longer than this is no number in any style.
    let cause: CellCause = cell.count > 64 ? .text : CellCause(of: String(decoding: cell, as: UTF8.self))
    return cause.isNumberInOtherStyle ? .styled(cause) : .word(isPhrase: cell.contains(0x20))
  }

  /// Takes a cell, without blanks and quotes around it.
  package mutating func add(_ cell: UnsafeBufferPointer<UInt8>, line: Int) {
    let kind = Self.cell(cell, marks)
    count(kind, cell, line: line)
    if case .number(let number, _) = kind { sample.add(number) }
    guard kind != .missing, !distinctIsMore else { return }
    addDistinct(String(decoding: cell, as: UTF8.self), 1)
  }

  private mutating func addDistinct(_ text: String, _ count: Int) {
    distinct[text, default: 0] += count
    if distinct.count >= Self.distinctLimit { distinctIsMore = true }
  }

  /// Counts a cell, but does not tell it from others and keeps no number.
  ///
  /// - Parameter times: cells that are alike, of which this is the first; of numbers one.
  @inline(__always)
  mutating func count(_ kind: Cell, _ cell: UnsafeBufferPointer<UInt8>, line: Int, times: Int = 1) {
    rows += times
    if kind != .missing { longest = max(longest, cell.count) }
    switch kind {
    case .number(let number, let hasLeadingZero):
      countNumber(number, hasLeadingZero)
      return
    case .missing:
      if missing == 0 { firstMissingLine = line }
      missing += times
      if !cell.isEmpty, marksFound.count < 64 { takeMark(String(decoding: cell, as: UTF8.self).trimmed) }
      return
    case .boolean: booleans += times
    case .date(let hasTime):
      dates += times
      if hasTime { timedDates += times }
    case .styled(let cause):
      styles[cause, default: 0] += times
      if firstOfStyle[cause] == nil { firstOfStyle[cause] = Self.found(cell, line) }
    case .word(let isPhrase):
      words += times
      if isPhrase { phrases += times }
      // Prose is long.
      if firstPlainWord == nil {
        firstPlainWord = Self.found(UnsafeBufferPointer(rebasing: cell.prefix(256)), line)
      }
    }
    if firstWord == nil { firstWord = Self.found(cell, line) }
  }

  private static func found(_ cell: UnsafeBufferPointer<UInt8>, _ line: Int) -> Found {
    Found(text: String(decoding: cell, as: UTF8.self), line: line)
  }

  private mutating func countNumber(_ number: Double, _ hasLeadingZero: Bool) {
    numbers += 1
    if !Float(number).isFinite { beyondFloat += 1 }
    if number.rounded() == number { wholeNumbers += 1 }
    if number.isZero { zeros += 1 }
    if number < 0 { negatives += 1 }
    if hasLeadingZero { leadingZeros += 1 }
    minimum = min(minimum, number)
    maximum = max(maximum, number)
    if number <= last { isAscending = false }
    last = number
  }

  private mutating func takeMark(_ mark: String) {
    guard marksFound.count < 64, marksFound.insert(mark).inserted else { return }
    marksInOrder.append(mark)
  }

  /// Takes in the survey of the cells that follow: then this one is as if they had been added to it one by one.
  ///
  /// Where cells are too many to be told apart, how often each occurs has no meaning, as ever.
  /// - Parameters:
  ///   - next: what ``count(_:_:line:times:)`` has made of them.
  ///   - series: all their numbers.
  ///   - distinct: the different cells in order of first appearance, and how often each occurs; empty where
  /// ``distinctIsMore``.
  ///   - line: lines before the first of them.
  mutating func merge(
    _ next: ColumnSurvey, series: [Double], distinct found: some Sequence<(text: String, count: Int)>, line: Int
  ) {
    func moved(_ found: Found?) -> Found? { found.map { Found(text: $0.text, line: $0.line + line) } }
    rows += next.rows
    if missing == 0, next.missing > 0 { firstMissingLine = next.firstMissingLine + line }
    missing += next.missing
    for mark in next.marksInOrder { takeMark(mark) }
    numbers += next.numbers
    wholeNumbers += next.wholeNumbers
    zeros += next.zeros
    negatives += next.negatives
    beyondFloat += next.beyondFloat
    leadingZeros += next.leadingZeros
    if let first = series.first {
      minimum = min(minimum, next.minimum)
      maximum = max(maximum, next.maximum)
      if !next.isAscending || first <= last { isAscending = false }
      last = next.last
      sample.add(contentsOf: series)
    }
    booleans += next.booleans
    dates += next.dates
    timedDates += next.timedDates
    for (cause, count) in next.styles {
      if styles[cause] == nil { firstOfStyle[cause] = moved(next.firstOfStyle[cause]) }
      styles[cause, default: 0] += count
    }
    words += next.words
    phrases += next.phrases
    firstWord = firstWord ?? moved(next.firstWord)
    firstPlainWord = firstPlainWord ?? moved(next.firstPlainWord)
    longest = max(longest, next.longest)
    guard !distinctIsMore else { return }
    for (text, count) in found {
      addDistinct(text, count)
      if distinctIsMore { return }
    }
  }
}

extension CellCause {
  /// Whether a cell is a number that is written in a way which has to be asked for.
  package var isNumberInOtherStyle: Bool {
    switch self {
    case .decimalComma, .commaOrThousands, .thousands, .currency, .percent, .otherDigits: true
    default: false
    }
  }
}
