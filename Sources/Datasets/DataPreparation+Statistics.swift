internal import Kernels

extension DataPreparation {
  /// What brings the features of the training part to a common scale.
  func normalization(_ method: NormalizationMethod, progress: @escaping () -> Void) -> Normalization {
    let training = sources[pieces[0].source].table
    return description.normalization(method, rows: pieces[0].rows, progress) { rows, body in
      training.forEachRow(rows) { body($1) }
    }
  }

  /// What brings the target values of the training part to mean 0 and deviation 1.
  func targetNormalization(_ progress: @escaping () -> Void) -> Normalization {
    let values = sources[pieces[0].source].values, width = description.targetWidth
    return description.targetNormalization(rows: pieces[0].rows, progress) { rows, body in
      values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        for row in rows { body(base + row * width) }
      }
    }
  }
}
