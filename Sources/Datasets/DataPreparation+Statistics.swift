internal import Kernels
internal import Specs

extension DataPreparation {
  /// What brings the features of the training part to a common scale.
  func normalization(_ method: NormalizationMethod, progress: @escaping () -> Void) -> Normalization {
    let toRange: Bool
    switch method {
    case .none: return .identity
    case .scale(let factor): return sparingIntegers(Normalization(.multiplied, shift: [0], scale: [factor]))
    case .standard: toRange = false
    case .minmax: toRange = true
    }
    let training = sources[pieces[0].source].table
    let statistics = ColumnStatistics(
      rows: pieces[0].rows, width: description.featureCount, pooled: description.featureShape.extents.count > 1,
      progress: progress
    ) { rows, body in training.forEachRow(rows) { body($1) } }
    var normalization = statistics.normalization(toRange: toRange)
    // Zeros and ones of categories are on a common scale already.
    var feature = 0
    for column in description.columns {
      if column.categories != nil, !normalization.isUniform || description.featureCount == 1 {
        for index in feature..<(feature + column.width) {
          normalization.shift[index] = 0
          normalization.scale[index] = 1
        }
      }
      feature += column.width
    }
    return sparingIntegers(normalization)
  }

  /// What brings the target values of the training part to mean 0 and deviation 1.
  func targetNormalization(_ progress: @escaping () -> Void) -> Normalization {
    let values = sources[pieces[0].source].values, width = description.targetWidth
    return ColumnStatistics(rows: pieces[0].rows, width: width, pooled: false, progress: progress) { rows, body in
      values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        for row in rows { body(base + row * width) }
      }
    }.normalization(toRange: false)
  }
}
