internal import Kernels
internal import Specs

extension DataDescription {
  /// What brings the features of some rows to a common scale.
  ///
  /// - Parameter table: hands out the features of rows, one after the other.
  func normalization(
    _ method: NormalizationMethod, rows: [Int], _ progress: @escaping () -> Void,
    table: (_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) -> Void
  ) -> Normalization {
    let toRange: Bool
    switch method {
    case .none: return .identity
    case .scale(let factor): return sparing(Normalization(.multiplied, shift: [0], scale: [factor]))
    case .standard: toRange = false
    case .minmax: toRange = true
    }
    let statistics = ColumnStatistics(
      rows: rows, width: featureCount, pooled: featureShape.extents.count > 1, progress: progress, table: table)
    var normalization = statistics.normalization(toRange: toRange)
    // Zeros and ones of categories are on a common scale already.
    var feature = 0
    for column in columns {
      if column.categories != nil, !normalization.isUniform || featureCount == 1 {
        for index in feature..<(feature + column.width) {
          normalization.shift[index] = 0
          normalization.scale[index] = 1
        }
      }
      feature += column.width
    }
    return sparing(normalization)
  }

  /// What brings the target values of some rows to mean 0 and deviation 1.
  ///
  /// - Parameter table: hands out the values of rows, one after the other.
  func targetNormalization(
    rows: [Int], _ progress: @escaping () -> Void,
    table: (_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) -> Void
  ) -> Normalization {
    ColumnStatistics(rows: rows, width: targetWidth, pooled: false, progress: progress, table: table)
      .normalization(toRange: false)
  }

  /// The same but for what stays as it is: whole numbers, and ragged fields, whose ends are no numbers.
  private func sparing(_ normalization: Normalization) -> Normalization {
    let runs = integerFeatures + raggedFeatures
    guard !runs.isEmpty else { return normalization }
    var shifts: [Double] = [], scales: [Double] = []
    for feature in 0..<featureCount {
      let isSpared = runs.contains { $0.contains(feature) }, own = normalization[feature]
      shifts.append(isSpared ? 0 : own.shift)
      scales.append(isSpared ? 1 : own.scale)
    }
    return Normalization(normalization.formula, shift: shifts, scale: scales)
  }
}
