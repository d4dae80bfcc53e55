internal import Kernels

extension DataPreparation {
  /// Whole numbers below this in absolute value are all told apart as float32.
  private static let integerLimit: Double = 0x1p24

  /// Makes sure that what is read as whole numbers is whole.
  ///
  /// - Throws: ``DataError/notWhole(file:place:column:text:)`` for the first row that is not.
  func requireIntegers(_ table: Table) throws(DataError) {
    let runs = description.integerFeatures
    guard !runs.isEmpty else { return }
    let names = description.featureNames
    try table.forEachRow(0..<table.count) { row, values throws(DataError) in
      for run in runs {
        for feature in run {
          let value = values[feature]
          guard !(abs(value) < Self.integerLimit && value == value.rounded()) else { continue }
          throw .notWhole(
            file: table.source.file, place: table.source.place(row), column: names.isEmpty ? nil : names[feature],
            text: "\(Float(value))")
        }
      }
    }
  }
}
