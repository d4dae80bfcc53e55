/// What a column is taken for where nothing is said of it.
package enum InferredKind: Sendable, Equatable {
  /// All cells are numbers.
  case numeric
  /// All cells are words for yes and no; some may be 1 or 0.
  case boolean
  /// All cells are dates.
  case date
  /// Few different words.
  case categorical
  /// No cell has a value.
  case empty
  /// Numbers, but for a few cells.
  case nearlyNumeric
  /// Numbers in another style, which has to be asked for.
  case otherStyle(CellCause)
  /// Nearly every row has a word of its own.
  case identifier
  /// Prose: long cells of several words, hardly two alike.
  case text
  /// Too many different words for a category each.
  case manyCategories

  // What "nearly all", "few" and "many" are.
  /// Numbers among the cells, from which on the others are taken for mistakes.
  package static let nearly = 0.95
  /// Numbers among the cells, from which on a column is no one of words where its cells are hardly alike.
  package static let half = 0.5
  /// Different cells among the cells, from which on they are taken for names of rows.
  package static let unique = 0.9
  /// Different cells among the cells, up to which they are categories.
  package static let few = 0.5
  /// Categories that become a column each at most.
  package static let mostCategories = 1000
  /// Rows below which "nearly all" has no meaning.
  package static let fewRows = 20
  /// Bytes from which on a cell of several words is prose.
  package static let prose = 40

  /// The kind of a column: the first of these rules that holds.
  package init(_ survey: ColumnSurvey) {
    let cells = survey.present, distinct = survey.distinctCount
    func isShare(_ count: Int, _ share: Double) -> Bool { Double(count) >= share * Double(cells) }
    if cells == 0 {
      self = .empty
    } else if survey.numbers == cells {
      self = .numeric
    } else if survey.booleans > 0, survey.booleans + survey.numbers == cells, survey.numbersAreFlags {
      self = .boolean
    } else if survey.dates == cells {
      self = .date
    } else if survey.styled > 0, survey.styled + survey.numbers == cells {
      // Of several styles the most frequent one, of these the first in order; other cells show what 1,234 is.
      var styles = survey.styles
      if styles[.decimalComma] != nil || styles[.thousands] != nil { styles[.commaOrThousands] = nil }
      let order = CellCause.allCases.filter(\.isNumberInOtherStyle), most = styles.values.max()
      self = .otherStyle(order.first { styles[$0] == most } ?? .thousands)
    } else if isShare(survey.numbers, Self.nearly), cells >= Self.fewRows {
      self = .nearlyNumeric
    } else if isShare(survey.numbers, Self.half), cells < Self.fewRows || !isFew(survey) {
      // Measurements with a word here and there: as categories they would hardly be alike.
      self = .nearlyNumeric
    } else if cells < Self.fewRows {
      self = .categorical
    } else if isShare(survey.phrases, 0.5), survey.longest >= Self.prose, !isFew(survey) {
      self = .text
    } else if survey.distinctIsMore || isShare(distinct, Self.unique) {
      self = .identifier
    } else if !isFew(survey) {
      self = .manyCategories
    } else {
      self = .categorical
    }

    func isFew(_ survey: ColumnSurvey) -> Bool {
      !survey.distinctIsMore && distinct <= Self.mostCategories && Double(distinct) <= Self.few * Double(cells)
    }
  }

  /// The kind as a rule would say it; nil where none can be chosen without a person.
  package var kind: ColumnRule.Kind? {
    switch self {
    case .numeric: .numeric
    case .boolean: .boolean
    case .date: .date
    case .categorical: .categorical
    case .text: .text
    case .empty, .nearlyNumeric, .otherStyle, .identifier, .manyCategories: nil
    }
  }
}

extension ColumnSurvey {
  /// Whether there is no number but 0 and 1.
  fileprivate var numbersAreFlags: Bool { numbers == 0 || (wholeNumbers == numbers && minimum >= 0 && maximum <= 1) }
}
