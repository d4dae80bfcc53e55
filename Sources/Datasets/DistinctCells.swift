internal import Kernels
internal import Specs

/// Whether numbers that differ in the data are still told apart where a network reads them, in float32.
struct DistinctCells {
  /// Rows that are looked at, evenly over the training part.
  private static let sampled = 4096
  /// Among so many, numbers at random fall together here and there.
  private static let tolerated = 0.01

  /// Different numbers before and after.
  private(set) var before = 0
  private(set) var after = 0

  /// Whether too many have fallen together.
  var areLost: Bool { Double(before - after) > Self.tolerated * Double(before) }

  /// - Parameter pair: what normalizes them.
  init(_ values: [Double], _ normalization: Normalization, feature: Int) {
    let pair = normalization[feature]
    func float(_ value: Double) -> Float {
      switch normalization.formula {
      case .divided: Float((value - pair.shift) / pair.scale)
      case .multiplied, .float32: Float((value - pair.shift) * pair.scale)
      }
    }
    // The map keeps the order, so what falls together is neighbours.
    let sorted = values.filter(\.isFinite).sorted()
    for (index, value) in sorted.enumerated() {
      guard index == 0 || value != sorted[index - 1] else { continue }
      before += 1
      if index == 0 || float(value) != float(sorted[index - 1]) { after += 1 }
    }
  }

  /// Some of a number of rows.
  static func sample(_ rows: [Int]) -> [Int] {
    guard rows.count > sampled else { return rows }
    return (0..<sampled).map { rows[$0 * rows.count / sampled] }
  }
}

extension DataPreparation {
  /// Columns whose numbers fall together in float32, in words.
  func notesOnDistinctCells(_ section: DataSection) -> [String] {
    let rows = DistinctCells.sample(pieces[0].rows), source = sources[pieces[0].source],
      width = description.featureCount
    var notes: [String] = []
    let names = description.featureNames
    let whole = description.integerFeatures
    if source.table.holdsMoreThanFloat {
      var columns = [[Double]](repeating: [], count: width)
      source.table.forEachRow(rows) { _, values in
        for feature in 0..<width { columns[feature].append(values[feature]) }
      }
      let lost = columns.indices.filter { feature in
        !whole.contains { $0.contains(feature) }
          && DistinctCells(columns[feature], description.normalization, feature: feature).areLost
      }
      if let first = lost.first {
        let cells = DistinctCells(columns[first], description.normalization, feature: first)
        notes.append(
          "\(source.table.source.file.oneLine): \(words(cells, of: names.isEmpty ? "feature \(first)" : "column '\(names[first].excerpt(40))'", others: lost.count - 1)); "
            + (section.normalize == .standard
              ? "take their logarithms or ranks, or leave an id out of 'features'"
              : "set data.normalize to \"standard\", or leave an id out of 'features'"))
      }
    }
    for target in 0..<(description.targetKind == .values ? description.targetWidth : 0) {
      let values = rows.map { source.values[$0 * description.targetWidth + target] }
      let cells = DistinctCells(values, description.targetNormalization, feature: target)
      guard cells.areLost else { continue }
      notes.append(
        "\(source.table.targetSource.file.oneLine): \(words(cells, of: "target '\(description.targetNames[target].excerpt(40))'", others: 0)); "
          + (section.normalizesTargets
            ? "take their logarithms" : "set data.normalize_targets to \"standard\", or take an offset off"))
    }
    return notes
  }

  private func words(_ cells: DistinctCells, of what: String, others: Int) -> String {
    "\(cells.before) different numbers of \(what) are \(cells.after) in float32"
      + (others == 0
        ? "" : others == 1 ? ", and another column is like it" : ", and \(others) more columns are like it")
  }
}

extension Table {
  /// Whether a feature may be a number that float32 does not hold.
  fileprivate var holdsMoreThanFloat: Bool {
    switch features {
    case .array(let array): [.int32, .int64, .float64].contains(array.element)
    case .columns(let columns): columns.isFloat.contains(false)
    }
  }
}
