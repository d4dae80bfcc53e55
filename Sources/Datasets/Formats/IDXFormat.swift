internal import Kernels
package import Specs

/// Arrays in the IDX format of the MNIST files (http://yann.lecun.com/exdb/mnist).
package struct IDXFormat: DataFormat {
  package static let kind = "idx"
  package static let summary = "arrays in the IDX format of MNIST, plain or in gzip or zstd"
  package static let pathKeys = ["features", "targets"]
  package static let examples = [
    #"{"features": "train-images-idx3-ubyte.gz", "targets": "train-labels-idx1-ubyte.gz"}"#,
    #"{"features": "images.idx"}"#,
  ]

  package var features: String
  package var targets: String?

  package var hasTargets: Bool { targets != nil }

  package init(from fields: FieldReader) throws(ConfigError) {
    features = try fields.text("features", "the file of features, rows first")
    targets = try fields.optionalText("targets", "the file of targets")
    try ArrayNames.requireDifferent(features, targets, nil, "file", fields)
  }

  package func reading(_ file: String, withTargets: Bool) -> (any DataFormat)? {
    if withTargets { return nil }
    var other = self
    (other.features, other.targets) = (file, nil)
    return other
  }

  package func read(into sink: DataSink) throws(DataError) {
    let context = sink.context
    let features = try IDXFile.load(features, in: context, mayMap: true)
    // Data to predict may have bad targets.
    let targets = context.readsTargets ? targets : nil
    try sink.fill(
      features: features, targets: try targets.map { file throws(DataError) in try IDXFile.load(file, in: context) })
  }
}

/// One IDX file: two zero bytes, element type, number of dimensions, the extents (uint32), the elements; all
/// big-endian.
enum IDXFile {
  /// What stands before the elements.
  private struct Header {
    var shape: [Int]
    var element: RawElement
    /// Where the elements begin.
    var offset: Int
  }

  /// - Parameter mayMap: whether the elements may stay in their file.
  static func load(_ file: String, in context: DataContext, mayMap: Bool = false) throws(DataError) -> NumericArray {
    let bytes = try InputFile.contents(of: file, in: context, mayMap: mayMap) { beginning throws(DataError) in
      let header = try header(beginning, file: file)
      return InputFile.Outline(
        size: NumericArray.fileSize(header.shape, header.element, offset: header.offset),
        isNative: header.element.byteCount == 1)
    }
    return try parse(bytes, file: file)
  }

  static func parse(_ bytes: [UInt8], file: String) throws(DataError) -> NumericArray {
    try parse(FileBytes(copying: bytes, file: file), file: file)
  }

  private static func parse(_ bytes: FileBytes, file: String) throws(DataError) -> NumericArray {
    let header = try header(bytes.beginning(Gzip.firstPiece), file: file)
    return try NumericArray(
      file: file, shape: header.shape, element: header.element, isBigEndian: true, bytes: bytes, offset: header.offset)
  }

  private static func header(_ bytes: [UInt8], file: String) throws(DataError) -> Header {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      if let signature = FileSignature.of(bytes) { throw .otherFormat(file: file, signature) }
      throw .notIDX(file: file, isText: InputFile.looksLikeText(bytes))
    }
    let element: RawElement
    switch bytes[2] {
    case 0x08: element = .uint8
    case 0x09: element = .int8
    case 0x0b: element = .int16
    case 0x0c: element = .int32
    case 0x0d: element = .float32
    case 0x0e: element = .float64
    default: throw .unknownIDXType(file: file, code: bytes[2])
    }
    let rank = Int(bytes[3])
    let offset = 4 + 4 * rank
    guard rank > 0, bytes.count >= offset else { throw .notIDX(file: file, isText: false) }
    let shape = (0..<rank).map { dimension in
      bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    return Header(shape: shape, element: element, offset: offset)
  }
}
