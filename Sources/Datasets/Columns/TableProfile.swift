internal import Kernels
internal import Specs

/// Figures of the columns of a table as it was read, and what a person should look at.
package struct TableProfile: Sendable, Equatable {
  package var file: String
  package var rows: Int
  /// In the order of the features, then targets, weight, groups and ids.
  package var columns: [ColumnProfile] = []
  package var warnings: [ColumnWarning] = []
  /// Seconds that reading the table took, where that is known; no part of what it is.
  package var seconds: Double?

  package static func == (one: TableProfile, other: TableProfile) -> Bool {
    one.file == other.file && one.rows == other.rows && one.columns == other.columns && one.warnings == other.warnings
  }

  /// Numbers that are held at a time besides the table.
  private static let held = 1 << 25

  /// Figures that were taken down earlier.
  package init(file: String, rows: Int, columns: [ColumnProfile], warnings: [ColumnWarning]) {
    (self.file, self.rows, self.columns, self.warnings) = (file, rows, columns, warnings)
  }

  /// Looks at a table whose columns have names; nil for others.
  init?(_ table: Table, progress: @escaping () -> Void) {
    guard !table.columns.isEmpty, table.count > 0 else { return nil }
    (file, rows) = (table.source.file, table.count)
    let targets = Self.targets(of: table)
    var pace = Pace(progress)
    var leaks: [Int: (leak: TargetLeak, target: String)] = [:]
    /// Takes a column's figures, and compares it with each target.
    func add(_ profile: ColumnProfile, _ values: [Double], isOrdered: Bool) {
      for target in targets where leaks[columns.count] == nil {
        let leak = TargetLeak(
          of: target.ranked, in: values, isOrdered: isOrdered && target.isOrdered,
          isCoded: !isOrdered || !target.isOrdered)
        if let leak { leaks[columns.count] = (leak, target.profile.name) }
      }
      columns.append(profile)
      pace.add(32 * values.count)
    }
    let places = Self.places(of: table), width = max(1, Self.held / table.count)
    for start in stride(from: 0, to: places.count, by: width) {
      let group = places[start..<min(places.count, start + width)]
      let numbers = Self.numbers(group.map(\.place), of: table)
      for (place, values) in zip(group, numbers) {
        if case .code(let code, let categories) = place.place {
          let codes = table.features.codes[code]
          add(
            ColumnProfile(place.name, .feature, codes: codes, labels: categories),
            codes.map { $0 < 0 ? .nan : Double($0) }, isOrdered: false)
        } else {
          add(ColumnProfile(place.name, .feature, numbers: values), values, isOrdered: true)
        }
      }
    }
    columns += targets.map(\.profile)
    if let weights = table.sampleWeights {
      columns.append(ColumnProfile("sample_weight", .weight, numbers: weights))
    }
    for key in table.keys {
      columns.append(
        ColumnProfile(
          key.name, key.role, codes: key.column.codes.map(Int32.init),
          labels: (0..<key.column.count).map { key.column.text($0) }))
    }
    // What is derived from a column, or is one of its several numbers, has no rule of its own.
    let ruled = Set(table.columns.filter { $0.source == nil && ($0.isCategorical || $0.count == 1) }.map(\.name))
    warnings = columns.indices.flatMap { index in
      let warnings = ColumnWarning.all(of: columns[index], leak: leaks[index].map { ($0.leak, $0.target) })
      guard !table.followsRules || !ruled.contains(columns[index].name) else { return warnings }
      return warnings.map { ColumnWarning(column: $0.column, words: $0.words, fragment: nil) }
    }
  }

  // MARK: - Columns of the table

  private enum Place {
    case number(Int)
    case code(Int, categories: [String])
    /// An element of the rows of an array.
    case array(Int, element: Int)
  }

  /// Where each column is; those of several numbers are as many.
  private static func places(of table: Table) -> [(name: String, place: Place)] {
    var places: [(name: String, place: Place)] = [], names: [String] = []
    var categories: [Int: FeatureColumn] = [:], first = 0
    for column in table.columns {
      names += column.featureNames
      if column.isCategorical { categories[first] = column }
      first += column.width
    }
    for (place, range) in zip(table.features.places, table.features.ranges) {
      switch place {
      case .numbers(let columns):
        places += zip(range, columns).map { feature, column in
          (names.indices.contains(feature) ? names[feature] : "\(feature)", .number(column))
        }
      case .code(let code, _):
        let column = categories[range.lowerBound]
        places.append((column?.name ?? "\(range.lowerBound)", .code(code, categories: column?.categories ?? [])))
      case .array(let array):
        places += range.map { feature in
          (
            names.indices.contains(feature) ? names[feature] : "\(feature)",
            .array(array, element: feature - range.lowerBound)
          )
        }
      }
    }
    return places
  }

  /// The numbers of some columns; of codes none.
  private static func numbers(_ places: [Place], of table: Table) -> [[Double]] {
    var numbers = places.map { place in
      if case .code = place { [Double]() } else { [Double](repeating: 0, count: table.count) }
    }
    if let chunks = table.features.numbers {
      let row = UnsafeMutablePointer<Double>.allocate(capacity: chunks.width)
      defer { row.deallocate() }
      let wanted = places.indices.compactMap { index in
        if case .number(let column) = places[index] { (index, column) } else { nil }
      }
      if !wanted.isEmpty {
        for place in 0..<table.count {
          chunks.read(place, into: row)
          for (index, column) in wanted { numbers[index][place] = row[column] }
        }
      }
    }
    for (index, place) in places.enumerated() {
      guard case .array(let source, let element) = place else { continue }
      let array = table.features.arrays[source]
      for row in 0..<table.count {
        let offset = array.offset + row * array.rowBytes + element * array.element.byteCount
        numbers[index][row] = array.element.value(at: array.bytes.start + offset)
      }
    }
    return numbers
  }

  private struct Target {
    let profile: ColumnProfile
    /// Numbers, or those of words.
    let ranked: RankedTarget
    let isOrdered: Bool
  }

  private static func targets(of table: Table) -> [Target] {
    switch table.targets {
    case nil: []
    case .text(let codes, let labels, let name)?:
      [
        Target(
          profile: ColumnProfile(name, .target, codes: codes, labels: labels),
          ranked: RankedTarget(codes.map { Double($0) }),
          isOrdered: false)
      ]
    case .numbers(let values, let names)?:
      names.indices.map { target in
        let own = (0..<table.count).map { values[$0 * names.count + target] }
        return Target(
          profile: ColumnProfile(names[target], .target, numbers: own), ranked: RankedTarget(own), isOrdered: true)
      }
    }
  }
}
