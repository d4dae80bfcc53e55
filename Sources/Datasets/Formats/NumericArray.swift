internal import Kernels
internal import Specs

/// An array of numbers as it stands in a binary file, rows first.
struct NumericArray {
  let file: String
  let shape: [Int]
  let element: RawElement
  let bytes: FileBytes
  /// Where the elements begin in `bytes`.
  let offset: Int
  /// Called now and then while elements are converted.
  private let progress: () -> Void

  /// Checks the shape against the bytes that are there.
  init(
    file: String, shape: [Int], element: RawElement, isBigEndian: Bool, bytes: FileBytes, offset: Int,
    progress: @escaping () -> Void = {}
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
    self.progress = progress
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

  /// The array as features: each row one sample; a vector gives samples of one feature.
  func features() throws(DataError) -> (shape: Shape, storage: FeatureStorage) {
    let rowShape = Shape(shape.count == 1 ? [1] : Array(shape.dropFirst()))
    try requireFinite()
    return (rowShape, .array(RawArray(element: element, width: width, bytes: bytes, offset: offset)))
  }

  /// The array as targets, one or several columns.
  func targets() throws(DataError) -> TargetColumns {
    guard shape.count <= 2 else {
      throw .tooManyDimensions(file: file, role: "targets", shape: shape, limit: 2)
    }
    let names = width == 1 ? ["target"] : (0..<width).map { "target \($0)" }
    return .numbers(try doubles(), names: names)
  }

  /// The array as one weight per row.
  func weights() throws(DataError) -> [Double] {
    guard shape.count == 1 else {
      throw .tooManyDimensions(file: file, role: "sample weights", shape: shape, limit: 1)
    }
    let weights = try doubles()
    for (row, weight) in weights.enumerated() where weight.sign == .minus && !weight.isZero && !weight.isNaN {
      throw .badWeight(
        file: file, place: RowSource(file: file).place(row), text: ConfigValue.number(weight).compactText)
    }
    return weights
  }

  /// Refuses numbers that are infinite, as they are or in float32.
  private func requireFinite() throws(DataError) {
    guard element.isFloat else { return }
    let isDouble = element == .float64
    let index = firstIndex { (place: UnsafeRawPointer) in
      isDouble ? Float(place.loadUnaligned(as: Double.self)).isInfinite : place.loadUnaligned(as: Float.self).isInfinite
    }
    if let index { throw .notFinite(file: file, row: index / width) }
  }

  /// The first element for which something holds.
  private func firstIndex(where holds: (UnsafeRawPointer) -> Bool) -> Int? {
    let size = element.byteCount, base = bytes.start + offset
    var pace = Pace(progress)
    for row in 0..<rows {
      for index in row * width..<(row + 1) * width where holds(base + index * size) { return index }
      pace.add(width)
    }
    return nil
  }

  /// The elements in double, NaN where a value is missing.
  private func doubles() throws(DataError) -> [Double] {
    let size = element.byteCount, base = bytes.start + offset, count = rows * width
    var pace = Pace(progress)
    let values = [Double](unsafeUninitializedCapacity: count) { output, initialized in
      for index in 0..<count {
        output.initializeElement(at: index, to: element.value(at: base + index * size))
        pace.add(1)
      }
      initialized = count
    }
    if let index = values.firstIndex(where: \.isInfinite) { throw .notFinite(file: file, row: index / width) }
    return values
  }
}

extension Table {
  /// A table out of arrays that match row by row.
  ///
  /// - Parameter missing: what is done with rows that hold NaN.
  init(
    features: NumericArray, targets: NumericArray?, sampleWeights: NumericArray? = nil,
    missing: MissingPolicy = .error, canDropRows: Bool = true
  ) throws(DataError) {
    for other in [targets, sampleWeights] {
      guard let other, other.rows != features.rows else { continue }
      throw .rowCountsDiffer(
        features: features.file, featureRows: features.rows, other: other.file, otherRows: other.rows)
    }
    let (shape, storage) = try features.features()
    self.init(
      source: RowSource(file: features.file), count: features.rows, featureShape: shape, features: storage,
      targets: try targets?.targets(), sampleWeights: try sampleWeights?.weights(),
      targetFile: targets.map { RowSource(file: $0.file) }, weightFile: sampleWeights.map { RowSource(file: $0.file) })
    try settleMissing(missing, canDropRows: canDropRows)
  }
}
