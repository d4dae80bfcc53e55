/// What a cell is, where parts of a table may differ in it.
enum PlainKind: Hashable {
  case number
  /// 0 or 1, which may stand among booleans.
  case flag
  case boolean
  case date
  case word

  init(of text: String) {
    var text = text
    let cell = text.withUTF8 { ColumnSurvey.cell($0, MissingMarks([])) }
    switch cell {
    case .number(let number, _): self = number == 0 || number == 1 ? .flag : .number
    case .boolean: self = .boolean
    case .date: self = .date
    case .missing, .styled, .word: self = .word
    }
  }

  /// The kind that cells of several make together, as ``InferredKind`` has it; nil: that of words, or there are none.
  static func ofAll(_ kinds: Set<PlainKind>) -> PlainKind? {
    if kinds.isEmpty || kinds.contains(.word) { return nil }
    if kinds.isSubset(of: [.number, .flag]) { return .number }
    if kinds.isSubset(of: [.boolean, .flag]) { return .boolean }
    return kinds == [.date] ? .date : nil
  }

  /// As in "have numbers there".
  var words: String {
    switch self {
    case .number, .flag: "numbers"
    case .boolean: "yes or no"
    case .date: "dates"
    case .word: "words"
    }
  }
}
