internal import Kernels
internal import Specs

extension Table {
  /// Refuses or leaves out the rows in which a value is NaN, but where something stands for it.
  ///
  /// - Parameter inNumbers: whether columns of numbers are looked at besides arrays.
  /// - Throws: ``DataError`` with counts for each column of each array, or where no row is left.
  mutating func settleMissing(
    _ policy: MissingPolicy, canDropRows: Bool, inNumbers: Bool, _ progress: @escaping () -> Void
  ) throws(DataError) {
    let missing = missingCells(inNumbers: inNumbers, fills: policy.fills, progress)
    guard !missing.isEmpty else { return }
    var counts: [(name: String, count: Int)] = []
    var problems: [(file: String, found: CellProblems)] = []
    var isMissing = [Bool](repeating: false, count: count)
    for entry in missing {
      counts.append((entry.name, entry.rows.count))
      for row in entry.rows { isMissing[row] = true }
      if problems.last?.file != entry.source.file {
        problems.append((entry.source.file, CellProblems()))
        problems[problems.count - 1].found.rows = count
        problems[problems.count - 1].found.canDropRows = canDropRows
      }
      for row in entry.rows {
        problems[problems.count - 1].found.add(
          .missing, column: entry.name, role: entry.role, place: entry.source.place(row), text: "NaN")
      }
    }
    guard policy == .dropRow else {
      // One array is named in front, several each with its columns.
      guard problems.count > 1 else { throw .cells(file: problems[0].file, problems[0].found) }
      throw .missingInFiles(problems.map { FileProblems(file: $0.file, problems: $0.found) })
    }
    let kept = isMissing.indices.filter { !isMissing[$0] }
    dropped = DroppedRows(rows: isMissing.indices.filter { isMissing[$0] }, total: count, columns: counts)
    guard !kept.isEmpty else { throw .nothingLeft(file: source.file, dropped) }
    try keep(kept)
  }

  /// The rows with NaN, column by column, but of features that are filled.
  ///
  /// - Parameter fills: whether features without columns are filled.
  private func missingCells(
    inNumbers: Bool, fills: Bool, _ progress: @escaping () -> Void
  ) -> [(
    source: RowSource, name: String, role: CellProblems.Role, rows: [Int]
  )] {
    var found: [(source: RowSource, name: String, role: CellProblems.Role, rows: [Int])] = []
    let names = columns.flatMap(\.featureNames), isFlat = featureShape.extents.count == 1
    for (feature, rows) in missingFeatures(inNumbers: inNumbers, fills: fills, progress) {
      found.append((source, !isFlat ? "features" : names.isEmpty ? "\(feature)" : names[feature], .feature, rows))
    }
    switch targets {
    case .numbers(let values, let names)?:
      for (column, rows) in Self.missingRows(values, width: names.count, perColumn: true) {
        found.append((targetSource, names[column], .target, rows))
      }
    case .text(let codes, _, let name)?:
      let rows = codes.indices.filter { codes[$0] < 0 }
      if !rows.isEmpty { found.append((targetSource, name, .target, rows)) }
    case nil: break
    }
    if let sampleWeights {
      for (_, rows) in Self.missingRows(sampleWeights, width: 1, perColumn: true) {
        found.append((weightSource, "sample_weight", .weight, rows))
      }
    }
    return found
  }

  /// The features with NaN that are not filled, ascending, and the rows of each; features of more than one axis as one.
  private func missingFeatures(
    inNumbers: Bool, fills: Bool, _ progress: @escaping () -> Void
  ) -> [(feature: Int, rows: [Int])] {
    var found: [Int: [Int]] = [:], numbers: [Range<Int>] = []
    // The ends of ragged rows are no numbers, so nothing is measured that could stand for one.
    let isFilled = columns.flatMap { Array(repeating: $0.missing.fills && !$0.isRagged, count: $0.width) }
    func areFilled(_ features: Range<Int>) -> Bool { columns.isEmpty ? fills : isFilled[features].allSatisfy { $0 } }
    for (place, range) in zip(features.places, features.ranges) {
      if areFilled(range) { continue }
      switch place {
      case .array(let index) where features.arrays[index].element.isFloat:
        let perColumn = featureShape.extents.count == 1
        for (column, rows) in Self.missingRows(
          features.arrays[index], count: count, perColumn: perColumn, progress)
        {
          found[range.lowerBound + column] = rows
        }
      case .numbers: numbers.append(range)
      default: break
      }
    }
    if inNumbers {
      let looked = numbers.joined().filter { columns.isEmpty || !isFilled[$0] }
      forEachRow(0..<(looked.isEmpty ? 0 : count)) { row, values in
        for feature in looked where values[feature].isNaN { found[feature, default: []].append(row) }
      }
    }
    return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private static func missingRows(
    _ values: [Double], width: Int, perColumn: Bool
  ) -> [(column: Int, rows: [Int])] {
    // Nearly always none is, which vector instructions tell that do not stop at the first.
    var missing = 0
    for value in values { missing &+= value.isNaN ? 1 : 0 }
    guard missing > 0 else { return [] }
    return missingRows(count: values.count, width: width, perColumn: perColumn) { values[$0].isNaN }
  }

  private static func missingRows(
    _ array: RawArray, count: Int, perColumn: Bool, _ progress: @escaping () -> Void
  ) -> [(column: Int, rows: [Int])] {
    let base = array.bytes.start + array.offset, isDouble = array.element == .float64
    var pace = Pace(progress)
    return missingRows(count: count * array.width, width: array.width, perColumn: perColumn) { index in
      array.pass(index)
      pace.add(1)
      return isDouble
        ? base.loadUnaligned(fromByteOffset: index * 8, as: Double.self).isNaN
        : base.loadUnaligned(fromByteOffset: index * 4, as: Float.self).isNaN
    }
  }

  private static func missingRows(
    count: Int, width: Int, perColumn: Bool, isMissing: (Int) -> Bool
  ) -> [(column: Int, rows: [Int])] {
    var rows: [Int: [Int]] = [:]
    for index in 0..<count where isMissing(index) {
      let column = perColumn ? index % width : 0
      if rows[column]?.last != index / width { rows[column, default: []].append(index / width) }
    }
    return rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Keeps some rows, ascending, and forgets the others.
  private mutating func keep(_ rows: [Int]) throws(DataError) {
    try features.keep(rows)
    for index in keys.indices { keys[index].column.keep(rows) }
    switch targets {
    case .numbers(let values, let names)?:
      targets = .numbers(Self.rows(rows, of: values, width: names.count), names: names)
    case .text(let codes, let labels, let name)?:
      // In order of their first rows, as ever.
      var kept = TextColumn()
      for row in rows { kept.append(labels[Int(codes[row])]) }
      targets = .text(codes: kept.codes, labels: kept.labels, name: name)
    case nil: break
    }
    if let weights = sampleWeights { sampleWeights = Self.rows(rows, of: weights, width: 1) }
    count = rows.count
    var places = RowLines()
    for (row, place) in rows.enumerated() { places.append(place, row: row) }
    if let lines = source.lines {
      var kept = RowLines()
      for (row, place) in rows.enumerated() { kept.append(lines[place], row: row) }
      source.lines = kept
    }
    source.rows = places
    targetFile?.rows = places
    weightFile?.rows = places
  }

  private static func rows<Element>(
    _ rows: [Int], of values: [Element], width: Int
  ) -> [Element] {
    var kept: [Element] = []
    kept.reserveCapacity(rows.count * width)
    for row in rows { kept.append(contentsOf: values[(row * width)..<((row + 1) * width)]) }
    return kept
  }
}

/// The problems of one of several files.
package struct FileProblems: Sendable, Equatable {
  package var file: String
  package var problems: CellProblems
}
