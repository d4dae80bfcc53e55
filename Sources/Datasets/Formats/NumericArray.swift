internal import Specs

/// An array of numbers as it stands in a binary file, rows first.
struct NumericArray {
  enum Element {
    case uint8, int8, int16, uint16, int32, int64, float32, float64

    var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16, .uint16: 2
      case .int32, .float32: 4
      case .int64, .float64: 8
      }
    }
    var isFloat: Bool { self == .float32 || self == .float64 }
  }

  let file: String
  let shape: [Int]
  let element: Element
  let isBigEndian: Bool
  let bytes: FileBytes
  /// Where the elements begin in `bytes`.
  let offset: Int
  /// Called now and then while elements are converted.
  private let progress: () -> Void

  /// Checks the shape against the bytes that are there.
  init(
    file: String, shape: [Int], element: Element, isBigEndian: Bool, bytes: FileBytes, offset: Int,
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
    self.isBigEndian = isBigEndian
    self.bytes = bytes
    self.offset = offset
    self.progress = progress
  }

  /// Bytes of the elements of an array; the greatest integer where that many cannot be.
  private static func dataSize(_ shape: [Int], _ element: Element) -> Int {
    shape.reduce(element.byteCount) { size, extent in
      let (product, overflows) = size.multipliedReportingOverflow(by: extent)
      return overflows ? .max : product
    }
  }

  /// Bytes of a whole file whose elements begin at an offset.
  static func fileSize(_ shape: [Int], _ element: Element, offset: Int) -> Int {
    let (sum, overflows) = dataSize(shape, element).addingReportingOverflow(offset)
    return overflows ? .max : sum
  }

  var rows: Int { shape[0] }
  /// Elements of one row.
  var width: Int { shape.dropFirst().reduce(1, *) }

  /// The array as features: each row one sample; a vector gives samples of one feature.
  func features() throws(DataError) -> (shape: Shape, storage: FeatureStorage) {
    let rowShape = Shape(shape.count == 1 ? [1] : Array(shape.dropFirst()))
    if element == .uint8 { return (rowShape, .uint8(bytes, offset: offset)) }
    return (rowShape, .float32(try floats()))
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

  /// The elements as numbers, NaN where a value is missing.
  private func floats() throws(DataError) -> [Float] {
    let swap = isBigEndian
    let values =
      switch element {
      case .uint8: map(UInt8.self) { Float($0) }
      case .int8: map(Int8.self) { Float($0) }
      case .int16: map(Int16.self) { Float(swap ? $0.byteSwapped : $0) }
      case .uint16: map(UInt16.self) { Float(swap ? $0.byteSwapped : $0) }
      case .int32: map(Int32.self) { Float(swap ? $0.byteSwapped : $0) }
      case .int64: map(Int64.self) { Float(swap ? $0.byteSwapped : $0) }
      case .float32: map(UInt32.self) { Float(bitPattern: swap ? $0.byteSwapped : $0) }
      case .float64: map(UInt64.self) { Float(Double(bitPattern: swap ? $0.byteSwapped : $0)) }
      }
    if element.isFloat, let index = values.firstIndex(where: \.isInfinite) {
      throw .notFinite(file: file, row: index / width)
    }
    return values
  }

  private func doubles() throws(DataError) -> [Double] {
    guard element == .float64 || element == .int32 || element == .int64 else { return try floats().map(Double.init) }
    let swap = isBigEndian
    let values =
      switch element {
      case .int32: map(Int32.self) { Double(swap ? $0.byteSwapped : $0) }
      case .int64: map(Int64.self) { Double(swap ? $0.byteSwapped : $0) }
      default: map(UInt64.self) { Double(bitPattern: swap ? $0.byteSwapped : $0) }
      }
    if let index = values.firstIndex(where: \.isInfinite) {
      throw .notFinite(file: file, row: index / width)
    }
    return values
  }

  private func map<Raw: BitwiseCopyable, Output>(_ raw: Raw.Type, _ convert: (Raw) -> Output) -> [Output] {
    bytes.withUnsafeBytes { buffer in
      let count = rows * width
      return [Output](unsafeUninitializedCapacity: count) { output, initialized in
        for first in stride(from: 0, to: count, by: Pace.stride) {
          for index in first..<min(count, first + Pace.stride) {
            let value = buffer.loadUnaligned(fromByteOffset: offset + index * MemoryLayout<Raw>.stride, as: Raw.self)
            output.initializeElement(at: index, to: convert(value))
          }
          progress()
        }
        initialized = count
      }
    }
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
