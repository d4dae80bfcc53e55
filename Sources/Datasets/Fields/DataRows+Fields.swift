extension DataRows {
  /// What a network reads of the rows; empty: all features, as its only input.
  package var fields: [FeatureField] { data.description.fields }

  /// Copies the normalized features of a field, one row below the other.
  ///
  /// - Parameters:
  ///   - rows: `count` rows of this part.
  ///   - stride: elements from one output row to the next, at least those of the field; the rest is set to 0.
  package func gather(
    _ field: FeatureField, rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    for index in 0..<count {
      var place = output + index * stride
      for run in field.runs {
        copy(run, ofRow: rows[index], into: place)
        place += run.count
      }
      place.update(repeating: 0, count: output + (index + 1) * stride - place)
    }
  }

  /// Copies a field of whole numbers, one row below the other; as ``gather(_:rows:count:into:stride:)`` else.
  package func gatherIntegers(
    _ field: FeatureField, rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Int32>, stride: Int
  ) {
    for index in 0..<count {
      var place = output + index * stride
      for run in field.runs {
        for feature in run {
          // Whole and small: other rows are not prepared.
          place.pointee = Int32(raw(feature, ofRow: rows[index]))
          place += 1
        }
      }
      place.update(repeating: 0, count: output + (index + 1) * stride - place)
    }
  }
}
