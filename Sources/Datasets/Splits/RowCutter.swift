internal import Specs

/// Cuts the rows of the training source into parts, as a config says.
///
/// Rows with stated values come first, then whole groups or the last rows in time of what is left, then rows at random.
/// The rows of the source, their targets and the seed decide all of it, so the same rows are found again later.
struct RowCutter {
  let validation: RowChoice?
  let test: RowChoice?
  /// The training source.
  let table: Table
  /// The class of each row; nil where targets are none.
  let classes: [Int32]?
  let seed: UInt64
  /// The texts that are no value.
  let marks: MissingMarks

  /// The part of each row, as long as not all are known.
  var parts: [DataPart] = []
  /// How parts came about, in words.
  var notes: [String] = []

  init(
    _ section: DataSection, _ table: Table, classes: [Int32]?, seed: UInt64
  ) {
    (validation, test) = (section.validation?.choice, section.test?.choice)
    (self.table, self.classes, self.seed) = (table, classes, seed)
    marks = section.train.missingValues ?? .usual
  }

  /// The rows of each part, and how they came about where that is more than a fraction.
  ///
  /// - Throws: ``DataError/split(file:_:)``
  func cut() throws(DataError) -> (split: RowSplit, notes: [String]) {
    let choices = [validation, test].compactMap { $0 }
    guard choices.contains(where: { $0.column != nil }) else {
      let split = RowSplit(
        count: table.count, classes: classes, validation: validation?.fraction ?? 0, test: test?.fraction ?? 0,
        seed: seed)
      return (split, [])
    }
    var cutter = self
    cutter.parts = [DataPart](repeating: .train, count: table.count)
    try cutter.takeValues()
    try cutter.takeGroups()
    try cutter.takeLatest()
    try cutter.takeAtRandom()
    guard cutter.parts.contains(.train) else { throw fault(.nothingToTrain(rows: table.count)) }
    let split = RowSplit(cutter.parts)
    return (split, cutter.notes + cutter.notesOnClasses(split))
  }

  func fault(_ problem: SplitProblem) -> DataError { .split(file: table.source.file, problem) }

  func key(_ part: DataPart, _ choice: RowChoice) -> String { "data.\(part.name).\(choice.column?.key ?? "fraction")" }

  /// The part's choices of one kind.
  var choices: [(part: DataPart, choice: RowChoice)] {
    [(.validation, validation), (.test, test)].compactMap { part, choice in choice.map { (part, $0) } }
  }

  /// A column that parts are cut by.
  func column(_ name: KeyName) throws(DataError) -> KeyTexts {
    guard let key = table.keys.first(where: { $0.name == name.text }) else {
      throw .names(file: table.source.file, .unknownColumns([name.text], known: table.keys.map(\.name)))
    }
    return key.column
  }

  /// Refuses a column in which rows that are to be cut have no value.
  func requireValues(_ column: KeyTexts, _ name: KeyName, _ key: String) throws(DataError) {
    let isMissing = (0..<column.count).map { code in column.withBytes(of: code) { marks.contains($0) } }
    guard isMissing.contains(true) else { return }
    let rows = parts.indices.filter { parts[$0] == .train && isMissing[Int(column.codes[$0])] }
    guard let first = rows.first else { return }
    throw fault(.missing(key: key, column: name.words, place: table.source.place(first), count: rows.count))
  }

  /// The rows that a fraction asks for.
  func wanted(_ part: DataPart, _ choice: RowChoice) throws(DataError) -> Int {
    guard let fraction = choice.fraction else { return 0 }
    let rows = Int((fraction * Double(table.count)).rounded())
    guard rows > 0 else {
      throw fault(.noRows(key: "data.\(part.name).fraction", fraction: fraction, rows: table.count))
    }
    return rows
  }

  /// `validation: 21 of 100 rows (0.21, where 0.2 is asked for)`.
  func words(_ part: DataPart, rows: Int, of choice: RowChoice) -> String {
    let share = ConfigValue.number((Double(rows) / Double(table.count) * 10_000).rounded() / 10_000).compactText
    let asked = choice.fraction.flatMap { fraction in
      rows == Int((fraction * Double(table.count)).rounded()) ? nil : ConfigValue.number(fraction).compactText
    }
    return "\(part.name): \(rows) of \(table.count) rows (\(share)"
      + (asked.map { ", where \($0) is asked for)" } ?? ")")
  }

  mutating func note(_ text: String) { notes.append("\(table.source.file.oneLine): \(text)") }

  // MARK: - Rows at random

  /// Fractions of all rows, taken from those that are left.
  private mutating func takeAtRandom() throws(DataError) {
    var fractions = [0.0, 0.0]
    let rows = parts.indices.filter { parts[$0] == .train }
    for (part, choice) in choices {
      guard case .fraction(let fraction) = choice else { continue }
      // Of all rows, where only these may be taken.
      let share = fraction * Double(table.count) / Double(max(1, rows.count))
      guard share < 1 else { throw fault(.nothingToTrain(rows: table.count)) }
      fractions[part == .validation ? 0 : 1] = share
    }
    guard fractions != [0, 0] else { return }
    let split = RowSplit(
      count: rows.count, classes: classes.map { classes in rows.map { classes[$0] } }, validation: fractions[0],
      test: fractions[1], seed: seed)
    for row in split.validation { parts[rows[row]] = .validation }
    for row in split.test { parts[rows[row]] = .test }
    for (part, choice) in choices {
      guard case .fraction(let fraction) = choice else { continue }
      let taken = part == .validation ? split.validation.count : split.test.count
      guard taken > 0 else { throw .emptyPart(part: part.name, fraction: fraction, rows: rows.count) }
      note(words(part, rows: taken, of: choice) + " at random, of those that are left")
    }
  }

  /// Classes that the training part does not have.
  private func notesOnClasses(_ split: RowSplit) -> [String] {
    guard let classes, let last = classes.max() else { return [] }
    var isTrained = [Bool](repeating: false, count: Int(last) + 1), isHeld = isTrained
    for row in split.train { isTrained[Int(classes[row])] = true }
    for row in split.validation + split.test { isHeld[Int(classes[row])] = true }
    let count = isHeld.indices.count { isHeld[$0] && !isTrained[$0] }
    guard count > 0 else { return [] }
    return [
      "\(table.source.file.oneLine): \(count.counted("class")) of validation or test "
        + "\(count == 1 ? "has" : "have") no training row, so no model can know \(count == 1 ? "it" : "them")"
    ]
  }
}

extension RowSplit {
  /// - Parameter parts: that of each row.
  init(_ parts: [DataPart]) {
    self.init(count: 0, classes: nil, validation: 0, test: 0, seed: 0)
    for (row, part) in parts.enumerated() {
      switch part {
      case .train: train.append(row)
      case .validation: validation.append(row)
      case .test: test.append(row)
      }
    }
  }
}
