internal import Specs

extension Table {
  /// Leaves out the features that say where a column is missing, of columns that no training row misses: nothing is
  /// learnt of them, and what a network draws for them at first would count where another row misses one.
  ///
  /// - Parameter rows: the training part's; the others are validation and test rows.
  /// - Returns: what a person should know.
  mutating func settleIndicators(by rows: [Int]) -> [String] {
    var idle: [Int: String] = [:], first = 0
    for column in columns {
      if column.reading == .isMissing { idle[first] = column.fileColumn }
      first += column.width
    }
    guard !idle.isEmpty else { return [] }
    let reader = RowReader(features)
    for row in rows {
      let values = reader(row)
      for feature in idle.keys where values[feature] != 0 { idle[feature] = nil }
      if idle.isEmpty { return [] }
    }
    var places: [FeatureStorage.Place] = []
    for (place, range) in zip(features.places, features.ranges) {
      guard case .numbers(let own) = place else {
        // Only numbers come with such a feature.
        for feature in range { idle[feature] = nil }
        places.append(place)
        continue
      }
      var start = own.lowerBound
      for feature in range where idle[feature] != nil {
        let column = own.lowerBound + feature - range.lowerBound
        if start < column { places.append(.numbers(start..<column)) }
        start = column + 1
      }
      if start < own.upperBound { places.append(.numbers(start..<own.upperBound)) }
    }
    guard !idle.isEmpty else { return [] }
    features.places = places
    first = 0
    columns.removeAll { column in
      defer { first += column.width }
      return idle[first] != nil
    }
    featureShape = [columns.reduce(0) { $0 + $1.width }]
    let names = idle.sorted { $0.key < $1.key }.map(\.value)
    return ["nothing is missing in the training rows of \(ColumnPlan.list(names)), so that no feature says where"]
  }
}
