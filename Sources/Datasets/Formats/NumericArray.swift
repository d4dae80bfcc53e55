internal import Kernels
internal import Specs

/// An array of numbers as it stands in a binary file, rows first.
package struct NumericArray {
  let file: String
  let shape: [Int]
  let element: RawElement
  let bytes: FileBytes
  /// Where the elements begin in `bytes`.
  let offset: Int

  /// Checks the shape against the bytes that are there.
  init(
    file: String, shape: [Int], element: RawElement, isBigEndian: Bool, bytes: FileBytes, offset: Int
  ) throws(DataError) {
    guard !shape.isEmpty, shape.allSatisfy({ $0 > 0 }) else { throw .emptyShape(file: file, shape: shape) }
    let expected = Self.dataSize(shape, element)
    let found = max(0, bytes.count - offset)
    guard expected == found else {
      throw .wrongSize(file: file, shape: shape, expected: expected, found: found)
    }
    self.file = file
    self.shape = shape
    self.element = element
    self.bytes = bytes
    self.offset = offset
    if isBigEndian { bytes.swapBytes(of: element.byteCount, from: offset) }
  }

  /// Bytes of the elements of an array; the greatest integer where that many cannot be.
  private static func dataSize(_ shape: [Int], _ element: RawElement) -> Int {
    shape.reduce(element.byteCount) { size, extent in
      let (product, overflows) = size.multipliedReportingOverflow(by: extent)
      return overflows ? .max : product
    }
  }

  /// Bytes of a whole file whose elements begin at an offset.
  static func fileSize(_ shape: [Int], _ element: RawElement, offset: Int) -> Int {
    let (sum, overflows) = dataSize(shape, element).addingReportingOverflow(offset)
    return overflows ? .max : sum
  }

  var rows: Int { shape[0] }
  /// Elements of one row.
  var width: Int { shape.dropFirst().reduce(1, *) }

  /// The array as a field with some role.
  ///
  /// - Parameter axes: the most that it may have; nil: any number, and a vector gives samples of one feature.
  /// - Throws: ``DataError/tooManyDimensions(file:role:shape:limit:)``
  fileprivate func field(
    _ name: String, _ role: SourceField.Role, _ words: String, axes: Int? = nil
  ) throws(DataError) -> SourceField {
    if let axes, shape.count > axes { throw .tooManyDimensions(file: file, role: words, shape: shape, limit: axes) }
    return SourceField(
      name, role, .array(element), shape: Shape(shape.count == 1 ? [1] : Array(shape.dropFirst())),
      file: role == .feature ? nil : file)
  }
}

extension DataSink {
  /// Takes arrays that match row by row.
  func fill(
    features: NumericArray, targets: NumericArray? = nil, sampleWeights: NumericArray? = nil
  ) throws(DataError) {
    for other in [targets, sampleWeights] {
      guard let other, other.rows != features.rows else { continue }
      throw .rowCountsDiffer(
        features: features.file, featureRows: features.rows, other: other.file, otherRows: other.rows)
    }
    var fields = [try features.field("features", .feature, "features")], arrays = [features]
    if let targets {
      fields.append(try targets.field("target", .target, "targets", axes: 2))
      arrays.append(targets)
    }
    if let sampleWeights {
      fields.append(try sampleWeights.field("sample_weight", .weight, "sample weights", axes: 1))
      arrays.append(sampleWeights)
    }
    try begin(fields, from: features.file, naming: .place)
    for (index, array) in arrays.enumerated() {
      fill(index, with: array.bytes, from: array.offset, rows: array.rows)
    }
  }
}
