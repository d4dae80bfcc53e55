internal import Kernels

extension DataPreparation {
  /// Whole numbers below this in absolute value are all told apart as float32.
  private static let integerLimit: Float = 0x1p24

  /// Makes sure that what is read as whole numbers is whole.
  ///
  /// - Throws: ``DataError/notWhole(file:place:column:text:)`` for the first row that is not.
  func requireIntegers(_ table: Table) throws(DataError) {
    let runs = description.integerFeatures
    guard !runs.isEmpty else { return }
    let names = description.featureNames
    for row in 0..<table.count {
      var found: (feature: Int, value: Float)?
      table.withRow(row) { values in
        for run in runs where found == nil {
          let feature = run.first { !(abs(values[$0]) < Self.integerLimit && values[$0] == values[$0].rounded()) }
          found = feature.map { ($0, values[$0]) }
        }
      }
      guard let found else { continue }
      throw .notWhole(
        file: table.source.file, place: table.source.place(row), column: names.isEmpty ? nil : names[found.feature],
        text: "\(found.value)")
    }
  }

  /// The first whole number of a field that is not in a range: where it is, in words, and what.
  package func firstInteger(
    of field: FeatureField, outside range: ClosedRange<Int>
  ) -> (file: String, place: String, value: Int)? {
    for piece in pieces {
      for row in piece.rows {
        var found: Int?
        piece.table.withRow(row) { values in
          for run in field.runs where found == nil {
            found = run.first { !range.contains(Int(values[$0])) }.map { Int(values[$0]) }
          }
        }
        if let found { return (piece.table.source.file, piece.table.source.place(row), found) }
      }
    }
    return nil
  }

  /// The same but for whole numbers, which stay as they are.
  func sparingIntegers(_ normalization: Normalization) -> Normalization {
    let runs = description.integerFeatures
    guard !runs.isEmpty else { return normalization }
    var shifts: [Float] = [], scales: [Double] = []
    for feature in 0..<description.featureCount {
      let isInteger = runs.contains { $0.contains(feature) }, own = normalization[feature]
      shifts.append(isInteger ? 0 : own.shift)
      scales.append(isInteger ? 1 : own.scale)
    }
    return Normalization(shift: shifts, scale: scales)
  }
}
