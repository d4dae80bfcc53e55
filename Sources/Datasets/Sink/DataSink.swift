internal import Kernels
internal import Specs

/// What a format fills with the rows of its source: checks them, finds them by name, and keeps them as they came.
///
/// A format tells its fields (``begin(_:from:naming:)``), then hands over their rows: fields of numbers and labels in a
/// ``RowBlock`` (``append(_:)``), fields of an array's elements in blocks of bytes (``append(_:to:)``) or as the file
/// has them (``fill(_:with:from:rows:)``), ragged ones with their lengths (``append(_:lengths:to:)``). All fields end
/// with the same number of rows.
package final class DataSink {
  /// More categories than this in one column are taken for a mistake.
  static let categoryLimit = 10_000

  /// What the reader of the source needs to know.
  package let context: DataContext
  private(set) var fields: [SourceField] = []
  private(set) var source = RowSource(file: "")
  /// The files of a text that was joined from several; told before ``begin(_:from:naming:)``.
  package var textParts: TextParts?
  private(set) var naming = Naming.place
  /// What each field has so far.
  var contents: [FieldContent] = []
  /// The numbers of features.
  private(set) var numbers: NumberChunks?
  /// Rows that came in blocks.
  private(set) var blockRows = 0
  /// Whether a number of a feature is missing.
  private(set) var hasMissing = false
  /// The rows that the format has left out because values are missing in them.
  package var dropped = DroppedRows()
  /// Whether the format has followed the rules of `data.columns`, with a ``ColumnPlan``.
  var appliesRules = false
  /// How each target is read; empty: all as usual.
  var targetColumns: [TargetColumn] = []
  /// The column of weights, where a rule has named it.
  var weightColumn: WeightColumn?
  /// What a person should know of the columns and their cells.
  package var notes: [String] = []

  /// For each field the numbers of features before it.
  private(set) var numberPlaces: [Int] = []
  /// Where the numbers of a block's row go: neighbouring features as one.
  private var parts: [Part] = []
  private var row: [Double] = []

  /// Neighbouring numbers of a row with one role.
  private struct Part {
    let role: SourceField.Role
    /// The first field.
    let field: Int
    var numbers: Range<Int>
  }

  package init(_ context: DataContext) { self.context = context }

  /// Begins with a source; what came before is forgotten.
  ///
  /// - Parameters:
  ///   - fields: features in their order. Where fields have no names of their own, one alone is features.
  ///   - file: the source, for messages.
  ///   - naming: how fields are told apart: features by name are put in the order of the training source.
  package func begin(_ fields: [SourceField], from file: String, naming: Naming) throws(DataError) {
    self.fields = fields
    self.naming = naming
    source = RowSource(file: file)
    source.parts = textParts
    blockRows = 0
    dropped = DroppedRows()
    (targetColumns, weightColumn, notes) = ([], nil, [])
    if !appliesRules, context.training == nil, !context.columns.isEmpty {
      throw .columns(file: file, naming == .place ? .noNames : .notFollowed)
    }
    hasMissing = false
    contents = fields.map { _ in FieldContent() }
    (parts, numberPlaces) = ([], [])
    var first = 0, count = 0
    for (index, field) in fields.enumerated() {
      numberPlaces.append(count)
      guard field.width > 0 else { continue }
      let own = first..<first + field.width
      if field.role == .feature { count += field.width }
      if field.role == .feature, parts.last?.role == .feature {
        parts[parts.count - 1].numbers = parts[parts.count - 1].numbers.lowerBound..<own.upperBound
      } else {
        parts.append(Part(role: field.role, field: index, numbers: own))
      }
      first = own.upperBound
    }
    numbers =
      count > 0
      ? try NumberChunks(
        width: count, file: file, overflow: context.overflow, offersCache: context.offersCache) : nil
    row = [Double](repeating: 0, count: count)
    try requireKeys()
  }

  /// Takes the rows of a block, which is empty then.
  ///
  /// - Throws: ``DataError`` naming a row and column that cannot be used.
  package func append(_ block: inout RowBlock) throws(DataError) {
    guard block.count > 0 else { return }
    if !block.lines.isEmpty {
      if source.lines == nil { source.lines = RowLines() }
      // In place: a copy for each block would be quadratic where lines jump.
      for (index, line) in block.lines.enumerated() { source.lines?.append(line, row: blockRows + index) }
    }
    let width = block.width
    try block.numbers.withUnsafeBufferPointer { values throws(DataError) in
      for index in 0..<block.count {
        try take(UnsafeBufferPointer(rebasing: values[index * width..<(index + 1) * width]), row: blockRows + index)
      }
    }
    var column = 0
    for (index, field) in fields.enumerated() where field.isLabels {
      precondition(block.labels[column].count == block.count, "a row has a label of each column")
      if field.isKey {
        contents[index].keys.append(contentsOf: block.labels[column])
      } else if field.role == .target {
        contents[index].labels.append(orMissing: block.labels[column])
      } else {
        contents[index].labels.append(contentsOf: block.labels[column])
      }
      if field.role == .feature, contents[index].labels.labels.count > Self.categoryLimit {
        throw .tooManyCategories(file: source.file, column: field.name, limit: Self.categoryLimit)
      }
      column += 1
    }
    blockRows += block.count
    block.clear()
  }

  /// Takes the kept rows of a range of a text: all but their numbers and labels, which follow for several ranges at
  /// once (``append(_:_:)``).
  ///
  /// - Parameters:
  ///   - range: whose rows were checked as ``append(_:)`` does it.
  ///   - line: lines before the range.
  ///   - takesMarks: of each field of labels whether a mark for a missing value is one, and not a label.
  /// - Returns: false where a column has more categories than one may have.
  func append(_ range: CSVRangeRows, line: Int, takesMarks: [Bool]) -> Bool {
    guard range.kept > 0 else { return true }
    if source.lines == nil { source.lines = RowLines() }
    source.lines?.append(range.lines, line: line, row: blockRows)
    hasMissing = hasMissing || range.hasMissing
    var column = 0
    for (index, field) in fields.enumerated() where field.isLabels {
      if field.isKey {
        contents[index].keys.take(range.texts[column], takesMarks: takesMarks[column])
      } else {
        contents[index].labels.take(
          range.texts[column], takesMarks: takesMarks[column], emptyIsMissing: field.role == .target)
      }
      if field.role == .feature, contents[index].labels.labels.count > Self.categoryLimit { return false }
      column += 1
    }
    blockRows += range.kept
    return true
  }

  /// Makes room for rows that are to be expected, but of labels and of numbers other than features: room that is not
  /// written takes no memory, and arrays that grow are copied.
  ///
  /// It is an eighth of the memory at most: more rows than there will be, where the first are short, must not ask for
  /// memory that the system refuses.
  func expect(rows: Int) {
    let numbers = parts.reduce(0) { $1.role == .target || $1.role == .weight ? $0 + $1.numbers.count : $0 }
    let labels = fields.count(where: \.isLabels)
    let bytesOfRow = MemoryLayout<Double>.stride * numbers + MemoryLayout<Int32>.stride * labels
    let rows = max(0, min(rows, Memory.byteCount / 8 / max(1, bytesOfRow)))
    for part in parts where part.role == .target || part.role == .weight {
      contents[part.field].values.reserveCapacity(rows * part.numbers.count)
    }
    for (index, field) in fields.enumerated() where field.isLabels {
      if field.isKey { contents[index].keys.reserve(rows) } else { contents[index].labels.reserve(rows) }
    }
  }

  /// Takes the numbers and labels of ranges' rows, of which all else was taken.
  func append(_ ranges: [CSVRangeRows], _ forEach: (Int, (Int, Int) -> Void) -> Void) throws(DataError) {
    let width = fields.reduce(0) { $0 + $1.width }, ranges = ranges.filter { $0.kept > 0 }
    var starts = [0]
    for range in ranges { starts.append(starts[starts.count - 1] + range.kept) }
    let rows = starts[ranges.count]
    var column = 0
    for (index, field) in fields.enumerated() where field.isLabels {
      let numbers = ranges.map { $0.texts[column].codes }
      if field.isKey {
        contents[index].keys.fill(numbers, starts: starts, forEach)
      } else {
        contents[index].labels.fill(numbers, starts: starts, forEach)
      }
      column += 1
    }
    for part in parts where part.role == .target || part.role == .weight {
      let before = contents[part.field].values.count, own = part.numbers
      contents[part.field].values.reserve(rows * own.count)
      contents[part.field].values.append(contentsOf: repeatElement(0, count: rows * own.count))
      contents[part.field].values.withUnsafeMutableBufferPointer { values in
        forEach(ranges.count) { item, _ in
          let numbers = ranges[item].numbers
          var place = before + starts[item] * own.count
          for row in 0..<ranges[item].kept {
            for number in own {
              values[place] = numbers[row * width + number]
              place += 1
            }
          }
        }
      }
    }
    try numbers?.append(
      ranges.map { NumberChunks.Block(numbers: UnsafePointer($0.numbers), rows: $0.kept) }, stride: width, forEach)
  }

  /// Takes the numbers of a row.
  private func take(_ values: UnsafeBufferPointer<Double>, row place: Int) throws(DataError) {
    var next = 0
    for part in parts {
      let first = values[part.numbers.lowerBound]
      switch part.role {
      case .feature:
        try requireFinite(values, part, row: place)
        let own = UnsafeBufferPointer(rebasing: values[part.numbers])
        guard own.count < row.count else {
          try numbers?.append(own)
          continue
        }
        for value in own {
          row[next] = value
          next += 1
        }
        continue
      case .weight: try requireWeight(first, source, row: place)
      case .target:
        guard !values[part.numbers].contains(where: \.isInfinite) else {
          throw .notFinite(file: source.file, row: place)
        }
      case .group, .id:
        contents[part.field].keys.append(ConfigValue.number(first).compactText)
        continue
      }
      if part.numbers.count == 1 {
        contents[part.field].values.append(first)
      } else {
        contents[part.field].values.append(contentsOf: values[part.numbers])
      }
    }
    // Features with others between them.
    if next > 0 { try row.withUnsafeBufferPointer { row throws(DataError) in try numbers?.append(row) } }
  }

  /// Refuses what is infinite in float32; NaN is missing.
  private func requireFinite(
    _ values: UnsafeBufferPointer<Double>, _ part: Part, row: Int
  ) throws(DataError) {
    var areFinite = true
    for index in part.numbers { areFinite = areFinite && Float(values[index]).isFinite }
    guard !areFinite else { return }
    for index in part.numbers where Float(values[index]).isInfinite {
      throw .beyondFloat(
        file: source.file, place: source.place(row), column: name(ofNumber: index),
        text: ConfigValue.number(values[index]).compactText)
    }
    hasMissing = true
  }

  /// The field that a number of a row is of.
  private func name(ofNumber number: Int) -> String {
    var end = 0
    return fields.first { field in
      end += field.width
      return number < end
    }?.name ?? ""
  }

  func requireWeight(_ weight: Double, _ source: RowSource, row: Int) throws(DataError) {
    guard weight.isNaN || weight.isFinite && (weight >= 0) else {
      throw .badWeight(file: source.file, place: source.place(row), text: ConfigValue.number(weight).compactText)
    }
  }

  /// Takes note that double has rounded whole numbers of a field.
  package func markRounded(_ field: Int) { contents[field].isRounded = true }

  /// Leaves a field of numbers out of the features.
  func leaveOut(_ field: Int) { contents[field].isLeftOut = true }

  /// Makes the numbers of features readable.
  func finishNumbers() throws(DataError) { try numbers?.finish() }
}

/// What a field has so far.
struct FieldContent {
  /// The elements of an array, behind what stands before them in their file.
  var bytes: FileBytes?
  var offset = 0
  /// Rows of an array.
  var rows = 0
  /// The entries of each row, where the field is ragged.
  var lengths: [Int32] = []
  /// Text.
  var labels = TextColumn()
  /// Text of a key.
  var keys = KeyTexts()
  /// Targets or weights.
  var values: [Double] = []
  var isRounded = false
  /// Whether it is no feature after all.
  var isLeftOut = false
}
