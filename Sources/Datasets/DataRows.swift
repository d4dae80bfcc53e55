internal import Platform

/// The rows of one part, to be gathered into batches by any thread.
///
/// Nothing here allocates.
package struct DataRows: @unchecked Sendable {
  /// Keeps the memory alive.
  let data: PreparedData
  /// The number of rows; they count from 0 within the part.
  package let count: Int
  // All memory behind these pointers is only read.
  let features: UnsafeRawPointer
  let targets: UnsafeRawPointer
  let weights: UnsafeRawPointer?
  let shifts: [Float]
  let scales: [Float]

  /// Features of one row.
  package var featureCount: Int { shifts.count }
  /// Whether rows have weights; else each weighs 1.
  package var hasWeights: Bool { weights != nil }

  /// Copies the normalized features of rows, one below the other: `output[i, f] = (x[rows[i], f] − shift) · scale`.
  ///
  /// - Parameters:
  ///   - rows: `count` rows of this part.
  ///   - output: `count × stride` floats.
  ///   - stride: floats from one output row to the next, at least ``featureCount``; the rest is set to 0.
  package func gatherFeatures(
    rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let width = featureCount
    precondition(stride >= width, "the stride is smaller than a row")
    switch data.description.element {
    case .float32:
      let features = features.assumingMemoryBound(to: Float.self)
      for index in 0..<count {
        prefetchRow(after: index, of: rows, count: count)
        (output + index * stride).update(from: features + checked(rows[index]) * width, count: width)
      }
    case .uint8:
      let features = features.assumingMemoryBound(to: UInt8.self)
      shifts.withUnsafeBufferPointer { shifts in
        scales.withUnsafeBufferPointer { scales in
          guard let shift = shifts.baseAddress, let scale = scales.baseAddress else { return }
          for index in 0..<count {
            prefetchRow(after: index, of: rows, count: count)
            let input = features + checked(rows[index]) * width
            let output = output + index * stride
            for feature in 0..<width { output[feature] = (Float(input[feature]) - shift[feature]) * scale[feature] }
          }
        }
      }
    }
    guard stride > width else { return }
    for index in 0..<count { (output + index * stride + width).update(repeating: 0, count: stride - width) }
  }

  /// Copies some normalized features of one row.
  func copy(_ features: Range<Int>, ofRow row: Int, into output: UnsafeMutablePointer<Float>) {
    precondition(features.lowerBound >= 0 && features.upperBound <= featureCount, "no such features")
    switch data.description.element {
    case .float32:
      let input = self.features.assumingMemoryBound(to: Float.self) + checked(row) * featureCount
      output.update(from: input + features.lowerBound, count: features.count)
    case .uint8:
      let input = self.features.assumingMemoryBound(to: UInt8.self) + checked(row) * featureCount
      for (index, feature) in features.enumerated() {
        output[index] = (Float(input[feature]) - shifts[feature]) * scales[feature]
      }
    }
  }

  /// A feature as it is stored.
  func raw(_ feature: Int, ofRow row: Int) -> Float {
    precondition(feature >= 0 && feature < featureCount, "no such feature")
    let place = checked(row) * featureCount + feature
    return switch data.description.element {
    case .float32: features.assumingMemoryBound(to: Float.self)[place]
    case .uint8: Float(features.assumingMemoryBound(to: UInt8.self)[place])
    }
  }

  /// Copies the class of each row; only for data prepared with classes.
  package func gatherClasses(rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Int32>) {
    precondition(data.description.targetKind == .classes, "these targets are not classes")
    let classes = targets.assumingMemoryBound(to: Int32.self)
    for index in 0..<count { output[index] = classes[checked(rows[index])] }
  }

  /// Copies the normalized target values of rows, one below the other; only for data prepared with values.
  ///
  /// - Parameter stride: floats from one output row to the next, at least ``DataDescription/targetWidth``; the rest is set to 0.
  package func gatherValues(
    rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    precondition(data.description.targetKind == .values, "these targets are not values")
    let width = data.description.targetWidth
    precondition(stride >= width, "the stride is smaller than a row")
    let values = targets.assumingMemoryBound(to: Float.self)
    for index in 0..<count {
      let row = output + index * stride
      row.update(from: values + checked(rows[index]) * width, count: width)
      (row + width).update(repeating: 0, count: stride - width)
    }
  }

  /// Copies the weight of each row, 1 where the data have none.
  package func gatherWeights(rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>) {
    guard let weights = weights?.assumingMemoryBound(to: Float.self) else {
      output.update(repeating: 1, count: count)
      return
    }
    for index in 0..<count { output[index] = weights[checked(rows[index])] }
  }

  /// Starts to fetch the features of the row that follows one in a list.
  private func prefetchRow(after index: Int, of rows: UnsafePointer<Int>, count: Int) {
    guard index + 1 < count else { return }
    let bytes = featureCount * data.description.element.byteCount
    prefetch(features + checked(rows[index + 1]) * bytes, byteCount: bytes)
  }

  /// A row outside the part would read foreign memory: stop instead.
  @inline(__always)
  private func checked(_ row: Int) -> Int {
    precondition(row >= 0 && row < count, "a row outside the part")
    return row
  }
}
