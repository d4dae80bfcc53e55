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
  /// How often the cells occur that are not missing, as they are written; once ``distinctIsMore``, only the number of its entries
  /// means something.
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

  /// Takes a cell, without blanks and quotes around it.
  package mutating func add(_ cell: UnsafeBufferPointer<UInt8>, line: Int) {
    rows += 1
    guard !marks.contains(cell) else {
      missing += 1
      if missing == 1 { firstMissingLine = line }
      if !cell.isEmpty, marksFound.count < 64 { marksFound.insert(String(decoding: cell, as: UTF8.self).trimmed) }
      return
    }
    longest = max(longest, cell.count)
    if !distinctIsMore {
      let text = String(decoding: cell, as: UTF8.self)
      distinct[text, default: 0] += 1
      if distinct.count >= Self.distinctLimit { distinctIsMore = true }
    }
    if let number = DecimalNumber.parse(cell) { return add(number, cell) }
    if firstWord == nil { firstWord = Found(text: String(decoding: cell, as: UTF8.self), line: line) }
    if BooleanWord.parse(cell) != nil {
      booleans += 1
    } else if let date = DateText(cell) {
      dates += 1
      if date.secondOfDay != nil { timedDates += 1 }
    } else {
      addWord(cell, line: line)
    }
  }

  private mutating func add(_ number: Double, _ cell: UnsafeBufferPointer<UInt8>) {
    numbers += 1
    if !Float(number).isFinite { beyondFloat += 1 }
    if number.rounded() == number { wholeNumbers += 1 }
    if number.isZero { zeros += 1 }
    if number < 0 { negatives += 1 }
    if LabelKind.hasLeadingZero(cell) { leadingZeros += 1 }
    minimum = min(minimum, number)
    maximum = max(maximum, number)
    if number <= last { isAscending = false }
    last = number
    sample.add(number)
  }

  private mutating func addWord(_ cell: UnsafeBufferPointer<UInt8>, line: Int) {
    // Prose is long; what is longer than this is no number in any style.
    let text = String(decoding: cell.prefix(256), as: UTF8.self)
    let cause: CellCause = cell.count > 64 ? .text : CellCause(of: text)
    if cause.isNumberInOtherStyle {
      styles[cause, default: 0] += 1
      if styles[cause] == 1 { firstOfStyle[cause] = Found(text: text, line: line) }
      return
    }
    words += 1
    if cell.contains(0x20) { phrases += 1 }
    if firstPlainWord == nil { firstPlainWord = Found(text: text, line: line) }
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
