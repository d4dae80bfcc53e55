internal import Specs

/// The targets of a source before the loss has said whether it wants classes or values.
package enum TargetColumns: Sendable {
  /// `rows × names.count` numbers, row by row.
  case numbers([Double], names: [String])
  /// One column of text: per row the index of its label.
  case text(codes: [Int32], labels: [String], name: String)

  package var names: [String] {
    switch self {
    case .numbers(_, let names): names
    case .text(_, _, let name): [name]
    }
  }

  /// What labels are, where this source decides it.
  package var labelKind: LabelKind {
    switch self {
    case .numbers: .numbers
    case .text: .text
    }
  }

  /// Whether a label is a word, and no number in any style.
  var holdWords: Bool {
    guard case .text(_, let labels, _) = self else { return false }
    return labels.contains { label in
      LabelKind.number(label) == nil && !CellCause(of: label).isNumberInOtherStyle
    }
  }

  /// Whether classes can be told from them: one column of words or of whole numbers.
  var canBeClasses: Bool {
    switch self {
    case .text: true
    case .numbers(let numbers, let names):
      names.count == 1 && numbers.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 }
    }
  }

  /// The classes that occur, sorted: whole numbers by value, text by its characters.
  ///
  /// - Throws: ``DataError`` for several columns, or naming the first row whose target is no class.
  package func classNames(of source: RowSource) throws(DataError) -> [String] {
    switch self {
    case .text(let codes, let labels, _):
      try TextColumn.requireNoTwins(labels: labels, codes: codes, "class", source)
      return LabelKind.sorted(labels)
    case .numbers(let numbers, let names):
      guard names.count == 1 else { throw .severalTargetColumns(file: source.file, count: names.count) }
      var found: Set<Double> = []
      for (row, number) in numbers.enumerated() where !found.contains(number) {
        _ = try Self.className(number, row: row, source: source)
        found.insert(number)
      }
      return try found.sorted().map { number throws(DataError) in
        try Self.className(number, row: 0, source: source)
      }
    }
  }

  /// The class of each row as its index in `names`.
  ///
  /// - Parameter kind: what the labels of the training source are.
  /// - Throws: ``DataError`` naming the first row whose class is not in `names`.
  package func classTargets(names: [String], kind: LabelKind, source: RowSource) throws(DataError) -> [Int32] {
    let index = LabelIndex(names, kind: kind)
    func unseen(_ text: String, _ row: Int) -> DataError {
      .unseenClass(file: source.file, place: source.place(row), text: text, known: names)
    }
    switch self {
    case .text(let codes, let labels, _):
      let classes = labels.map { label in index.index(of: label).map(Int32.init) }
      return try codes.enumerated().map { row, code throws(DataError) in
        guard let known = classes[Int(code)] else { throw unseen(labels[Int(code)], row) }
        return known
      }
    case .numbers(let numbers, let columns):
      guard columns.count == 1 else { throw .severalTargetColumns(file: source.file, count: columns.count) }
      var classes: [Double: Int32] = [:]
      return try numbers.enumerated().map { row, number throws(DataError) in
        if let known = classes[number] { return known }
        guard let known = index.index(of: number) else { throw unseen(ConfigValue.number(number).compactText, row) }
        classes[number] = Int32(known)
        return Int32(known)
      }
    }
  }

  /// The targets as `rows × names.count` numbers.
  ///
  /// - Throws: ``DataError`` naming the first row that is not a number, or not one of float32.
  package func valueTargets(source: RowSource) throws(DataError) -> [Double] {
    switch self {
    case .text(let codes, let labels, let name):
      let numbers = labels.map(LabelKind.number)
      if let problems = Self.problems(numbers, labels, codes, name: name, source: source) {
        throw .cells(file: source.file, problems)
      }
      return try codes.enumerated().map { row, code throws(DataError) in
        guard let number = numbers[Int(code)] else {
          throw .textTarget(
            file: source.file, place: source.place(row), column: name, text: labels[Int(code)])
        }
        try Self.requireFloat(number, row: row, column: name, source: source)
        return number
      }
    case .numbers(let numbers, let names):
      for (index, number) in numbers.enumerated() {
        try Self.requireFloat(number, row: index / names.count, column: names[index % names.count], source: source)
      }
      return numbers
    }
  }

  /// Numbers that are written in a way that can be named; nil where there are none, or real words besides.
  private static func problems(
    _ numbers: [Double?], _ labels: [String], _ codes: [Int32], name: String, source: RowSource
  ) -> CellProblems? {
    let causes = zip(numbers, labels).map { $0 == nil ? CellCause(of: $1) : nil }
    let words: Set<CellCause> = [.text, .boolean, .missingMark]
    guard causes.contains(where: { $0 != nil }), !causes.contains(where: { $0.map(words.contains) == true }) else {
      return nil
    }
    var problems = CellProblems()
    problems.rows = codes.count
    for (row, code) in codes.enumerated() {
      guard let cause = causes[Int(code)] else { continue }
      problems.add(cause, column: name, role: .target, place: source.place(row), text: labels[Int(code)])
    }
    return problems
  }

  private static func requireFloat(
    _ number: Double, row: Int, column: String, source: RowSource
  ) throws(DataError) {
    guard Float(number).isFinite else {
      throw .beyondFloat(
        file: source.file, place: source.place(row), column: column, text: ConfigValue.number(number).compactText)
    }
  }

  private static func className(_ number: Double, row: Int, source: RowSource) throws(DataError) -> String {
    // Beyond 2^53 neighbouring whole numbers fall together.
    guard number == number.rounded(), abs(number) <= 0x1p53 else {
      throw .notAClass(
        file: source.file, place: source.place(row), value: ConfigValue.number(number).compactText)
    }
    return String(Int(number))
  }
}
