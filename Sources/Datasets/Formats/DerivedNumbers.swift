/// The numbers that come of a column's cells where these are not numbers as they are: of booleans, dates, orders, other
/// styles, and those that say whether a cell is missing.
struct DerivedNumbers {
  /// The column of the file.
  let column: Int
  let missing: MissingPolicy
  /// Whether a word leads to a survey.
  var isOpen = false
  private let cells: PlannedColumn.Cells
  /// The features of numbers, each at its place among the numbers of a row.
  private let features: [(reading: CellReading, place: Int)]
  /// The places of those that are the number itself.
  private let numberPlaces: [Int]
  /// Where its numbers are among those of a row.
  let places: Range<Int>
  /// The feature that says whether a cell is missing, and its field.
  private let indicator: (place: Int, field: Int)?
  private var hasMissing = false
  /// Whether double has rounded a whole number of the column.
  private(set) var isRounded = false
  /// The field of a column that is one number.
  let field: Int

  init(_ column: PlannedColumn, firstPlace: Int, firstField: Int) {
    self.column = column.column
    missing = column.missing
    cells = column.cells
    field = firstField
    let own = column.features.enumerated().filter { !$0.element.isCategorical }
    features = own.enumerated().map { ($0.element.element.reading, firstPlace + $0.offset) }
    numberPlaces = features.filter { $0.reading != .isMissing }.map(\.place)
    places = firstPlace..<firstPlace + own.count
    let indicator = own.enumerated().first { $0.element.element.reading == .isMissing }
    self.indicator = indicator.map { (firstPlace + $0.offset, firstField + $0.element.offset) }
  }

  /// Whether the column is numbers as programs write them.
  var isPlainNumber: Bool { if case .number(.plain) = cells { true } else { false } }

  /// Takes over what other rows of the column have shown.
  mutating func merge(_ other: DerivedNumbers) {
    hasMissing = hasMissing || other.hasMissing
    isRounded = isRounded || other.isRounded
  }

  /// Whether the column is numbers, written in some style.
  var isNumber: Bool { if case .number = cells { true } else { false } }

  /// Writes a number that is stored as one and is not missing.
  ///
  /// - Returns: why it cannot be used; nil where it can.
  mutating func take(_ number: Double, isRounded: Bool, into values: UnsafeMutablePointer<Double>) -> CellCause? {
    if let indicator { values[indicator.place] = 0 }
    self.isRounded = self.isRounded || isRounded
    guard !number.isInfinite else { return .infinite }
    return write(number, values)
  }

  /// Writes the numbers of a cell to their places.
  ///
  /// - Parameter isISO: whether dates are those of ISO 8601, whatever the format that the column has elsewhere.
  /// - Returns: why the cell cannot be used; nil where it can.
  mutating func read(
    _ field: CSVField, _ scanner: CSVScanner, _ marks: MissingMarks, isISO: Bool = false,
    into values: UnsafeMutablePointer<Double>
  ) -> CellCause? {
    let bytes = scanner.bytes(of: field)
    if let indicator { values[indicator.place] = 0 }
    if case .number(let style) = cells, style != .plain {
      guard !marks.contains(bytes, takesNumbers: false) else { return leaveOpen(values) }
      // A style looks at characters; numbers as programs write them are bytes.
      let text = scanner.text(of: field)
      guard let number = style.number(text) else { return .otherStyle }
      guard !marks.contains(number) else { return leaveOpen(values) }
      if number.magnitude > 0x1p53, !isRounded { isRounded = style.isRounded(number, in: text) }
      return write(number, values)
    }
    guard !marks.contains(bytes) else { return leaveOpen(values) }
    switch cells {
    case .categories: return nil
    case .number:
      guard let number = DecimalNumber.parse(bytes) else { return CellCause(of: scanner.text(of: field)) }
      if number.magnitude > 0x1p53, !isRounded { isRounded = DecimalNumber.isRounded(number, in: bytes) }
      return write(number, values)
    case .boolean:
      if let flag = BooleanWord.parse(bytes) { return write(flag ? 1 : 0, values) }
      guard let number = DecimalNumber.parse(bytes), number == 0 || number == 1 else { return .notBoolean }
      return write(number, values)
    case .ordinal(let index):
      guard let place = index.index(of: scanner.text(of: field)) else { return .notInOrder }
      return write(Double(place), values)
    case .date(let format):
      let own = isISO ? nil : format
      guard let date = own.map({ $0.date(bytes) }) ?? DateText(bytes) else { return .notDate }
      for feature in features {
        if case .date(let part, _) = feature.reading { values[feature.place] = part(date) }
      }
      return nil
    }
  }

  /// Reads a cell as ``read(_:_:_:isISO:into:)`` does.
  ///
  /// - Returns: why it cannot be used, and whether double has rounded it: what all cells with the same text come to.
  mutating func readAlone(
    _ field: CSVField, _ scanner: CSVScanner, _ marks: MissingMarks, into values: UnsafeMutablePointer<Double>
  ) -> (cause: CellCause?, isRounded: Bool) {
    let wasRounded = isRounded
    isRounded = false
    let cause = read(field, scanner, marks, into: values), isOwnRounded = isRounded
    isRounded = isOwnRounded || wasRounded
    return (cause, isOwnRounded)
  }

  /// A cell is one that double has rounded.
  mutating func noteRounded() { isRounded = true }

  /// A cell without a value.
  private func leaveOpen(_ values: UnsafeMutablePointer<Double>) -> CellCause? {
    guard missing.fills else {
      // Of categories it is taken down with their labels.
      if case .categories = cells { return nil }
      return .missing
    }
    for feature in features { values[feature.place] = .nan }
    if let indicator { values[indicator.place] = 1 }
    return nil
  }

  private func write(_ number: Double, _ values: UnsafeMutablePointer<Double>) -> CellCause? {
    guard Float(number).isFinite else { return .beyondFloat }
    for place in numberPlaces { values[place] = number }
    return nil
  }

  /// A row was kept.
  mutating func keep(_ values: UnsafePointer<Double>) {
    if let indicator, values[indicator.place] == 1 { hasMissing = true }
  }

  var hasIndicator: Bool { indicator != nil }
  /// The field of the indicator where nothing was missing.
  var idleIndicator: Int? { hasMissing ? nil : indicator?.field }
}
