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

  /// The classes that occur, sorted: whole numbers by value, text by its characters.
  ///
  /// - Throws: ``DataError`` for several columns, or naming the first row whose target is no class.
  package func classNames(of source: RowSource) throws(DataError) -> [String] {
    switch self {
    case .text(_, let labels, _): return labels.sorted()
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
  /// - Throws: ``DataError`` naming the first row whose class is not in `names`.
  package func classTargets(names: [String], source: RowSource) throws(DataError) -> [Int32] {
    var indices: [String: Int32] = [:]
    for (index, name) in names.enumerated() { indices[name] = Int32(index) }
    switch self {
    case .text(let codes, let labels, _):
      let classes = labels.map { indices[$0] }
      return try codes.enumerated().map { row, code throws(DataError) in
        guard let index = classes[Int(code)] else {
          throw .unseenClass(file: source.file, place: source.place(row), text: labels[Int(code)], known: names)
        }
        return index
      }
    case .numbers(let numbers, let columns):
      guard columns.count == 1 else { throw .severalTargetColumns(file: source.file, count: columns.count) }
      var classes: [Double: Int32] = [:]
      return try numbers.enumerated().map { row, number throws(DataError) in
        if let index = classes[number] { return index }
        let name = try Self.className(number, row: row, source: source)
        guard let index = indices[name] else {
          throw .unseenClass(file: source.file, place: source.place(row), text: name, known: names)
        }
        classes[number] = index
        return index
      }
    }
  }

  /// The targets as `rows × names.count` numbers.
  ///
  /// - Throws: ``DataError`` naming the first row that is not a number, or not one of float32.
  package func valueTargets(source: RowSource) throws(DataError) -> [Float] {
    switch self {
    case .text(let codes, let labels, let name):
      let isNumber = labels.map { label in
        var label = label
        return label.withUTF8 { DecimalNumber.parse($0) } != nil
      }
      let row = codes.firstIndex { !isNumber[Int($0)] } ?? 0
      throw .textTarget(
        file: source.file, place: source.place(row), column: name, text: labels[Int(codes.isEmpty ? 0 : codes[row])])
    case .numbers(let numbers, let names):
      return try numbers.enumerated().map { index, number throws(DataError) in
        let value = Float(number)
        guard value.isFinite else {
          throw .beyondFloat(
            file: source.file, place: source.place(index / names.count), column: names[index % names.count],
            text: ConfigValue.number(number).compactText)
        }
        return value
      }
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
