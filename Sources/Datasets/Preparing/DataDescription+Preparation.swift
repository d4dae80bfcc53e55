internal import Kernels
internal import Specs

extension DataDescription {
  /// Hands out the features of rows as they came, one after the other.
  typealias RowTable = (_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) -> Void

  /// What is to become of features, by some rows alone: what stands for missing ones, functions, and a common scale.
  ///
  /// - Parameters:
  ///   - method: how what has no method of its own is brought to a common scale.
  ///   - rows: those that are measured, the training part's.
  /// - Throws: ``PreparationProblem``, the first.
  func preparation(
    _ method: NormalizationMethod, rows: [Int], _ progress: @escaping () -> Void, table: @escaping RowTable
  ) throws(PreparationProblem) -> FeaturePreparation {
    let rules = rules(method)
    guard !rules.allSatisfy({ $0.isPlain(method) }) else {
      return FeaturePreparation(normalization: normalization(method, rows: rows, progress, table: table))
    }
    return try PreparationStatistics(rules, width: featureCount, rows: rows, progress: progress, table: table)
      .preparation(isPooled: featureShape.extents.count > 1)
  }

  /// What brings the features of some rows to a common scale, where nothing but a shift and a scale does.
  private func normalization(
    _ method: NormalizationMethod, rows: [Int], _ progress: @escaping () -> Void, table: RowTable
  ) -> Normalization {
    let toRange: Bool
    switch method {
    case .none, .robust, .log, .log1p, .quantile: return .identity
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

  /// The same but for what stays as it is: whole numbers, and ragged fields, whose ends are no numbers.
  private func sparing(_ normalization: Normalization) -> Normalization {
    let runs = sparedFeatures
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
