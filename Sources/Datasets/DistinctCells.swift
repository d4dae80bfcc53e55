internal import Kernels
internal import Specs

/// Whether numbers that differ in the data are still told apart where a network reads them, in float32.
struct DistinctCells {
  /// Rows that are looked at, in runs of neighbours, because those of a series differ least; of wide tables fewer.
  private static let sampled = 4096, run = 32, cells = 1 << 22
  /// Among so many, numbers at random fall together here and there.
  private static let tolerated = 0.01

  /// Different numbers before and after.
  private(set) var before = 0
  private(set) var after = 0

  /// Whether too many have fallen together.
  var areLost: Bool { Double(before - after) > Self.tolerated * Double(before) }

  /// - Parameter float: what a network reads of them.
  init(_ values: [Double], _ float: (Double) -> Float) {
    // The map keeps the order, so what falls together is neighbours.
    let sorted = values.filter(\.isFinite).sorted()
    for (index, value) in sorted.enumerated() {
      guard index == 0 || value != sorted[index - 1] else { continue }
      before += 1
      if index == 0 || float(value) != float(sorted[index - 1]) { after += 1 }
    }
  }

  /// Numbers that are brought to a common scale.
  init(_ values: [Double], _ normalization: Normalization, feature: Int) {
    let pair = normalization[feature], function = normalization.function(of: feature)
    self.init(values) { value in
      let value = function(value)
      return switch normalization.formula {
      case .divided: Float((value - pair.shift) / pair.scale)
      case .multiplied, .float32: Float((value - pair.shift) * pair.scale)
      }
    }
  }

  /// Some of a number of rows with so many numbers each.
  static func sample(_ rows: [Int], width: Int) -> [Int] {
    let runs = min(sampled, cells / max(1, width)) / run + 1
    guard rows.count > runs * run else { return rows }
    return (0..<runs).flatMap { index in
      let first = index * (rows.count - run) / max(1, runs - 1)
      return rows[first..<first + run]
    }
  }
}

extension DataPreparation {
  /// Columns whose numbers fall together in float32, in words.
  func notesOnDistinctCells(_ section: DataSection, progress: @escaping () -> Void) -> [String] {
    let width = description.featureCount + description.targetWidth
    let rows = DistinctCells.sample(pieces[0].rows, width: width)
    return notesOnFeatures(section, rows, Pace(progress)) + notesOnTargets(section, rows)
  }

  private func notesOnFeatures(_ section: DataSection, _ rows: [Int], _ pace: Pace) -> [String] {
    let table = sources[pieces[0].source].table, width = description.featureCount
    guard table.holdsMoreThanFloat else { return [] }
    var columns = [[Double]](repeating: [], count: width), pace = pace
    table.forEachRow(rows) { _, values in
      for feature in 0..<width { columns[feature].append(values[feature]) }
      pace.add(width)
    }
    let file = table.source.file.oneLine, names = description.featureNames, whole = description.integerFeatures
    func name(_ feature: Int) -> String {
      names.isEmpty ? "feature \(feature)" : "column '\(names[feature].excerpt(40))'"
    }
    var notes: [String] = []
    let prepared = description.preparedFeatures
    func cells(_ feature: Int) -> DistinctCells { DistinctCells(columns[feature]) { prepared($0, feature) } }
    let lost = columns.indices.filter { feature in
      pace.add(8 * rows.count)
      return !whole.contains { $0.contains(feature) } && cells(feature).areLost
    }
    if let first = lost.first {
      // What has a transform of its own is not changed by the one of all.
      let own = description.transform(ofFeature: first), method = own ?? section.normalize
      notes.append(
        "\(file): \(words(cells(first), of: name(first), others: lost.count - 1)); "
          + ([.none, .minmax].contains(method) || method.isScale
            ? "set \(own == nil ? "data.normalize" : "its 'transform'") to \"standard\", or leave an id out of 'features'"
            : "take their logarithms or ranks, or leave an id out of 'features'"))
    }
    if let first = table.firstRounded(columns) {
      notes.append(
        "\(file): whole numbers of \(name(first)) are beyond 2^53, where double rounds them; take an offset off, or leave an id out "
          + "of 'features'")
    }
    return notes
  }

  private func notesOnTargets(_ section: DataSection, _ rows: [Int]) -> [String] {
    guard description.targetKind == .values else { return [] }
    let source = sources[pieces[0].source], width = description.targetWidth
    let transforms = description.targetTransforms(section.normalizeTargets)
    return (0..<width).compactMap { target in
      let values = rows.map { source.values[$0 * width + target] }
      let cells = DistinctCells(values, description.targetNormalization, feature: target)
      guard cells.areLost else { return nil }
      let name = "target '\(description.targetNames[target].excerpt(40))'"
      let key = description.keyOfTransform(target)
      return "\(source.table.targetSource.file.oneLine): \(words(cells, of: name, others: 0)); "
        + (transforms[target] == .none
          ? "set \(key) to \"standard\", or take an offset off"
          : transforms[target] == .standard && values.allSatisfy { $0 > 0 }
            ? "set \(key) to \"log\"" : "take an offset off")
    }
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
    features.arrays.contains { [.int32, .int64, .float64].contains($0.element) }
      || features.numbers?.isFloat.contains(false) == true
  }

  /// The first feature with whole numbers that double rounds.
  ///
  /// - Parameter sample: numbers of each feature.
  fileprivate func firstRounded(_ sample: [[Double]]) -> Int? {
    for (place, range) in zip(features.places, features.ranges) {
      switch place {
      case .array(let index) where features.arrays[index].element == .int64:
        if let first = range.first(where: { sample[$0].contains { abs($0) > 0x1p53 } }) { return first }
      case .numbers(let columns):
        if let first = zip(range, columns).first(where: { features.isRounded[$1] }) { return first.0 }
      default: break
      }
    }
    return nil
  }
}
