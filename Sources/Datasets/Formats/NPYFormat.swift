internal import Kernels
package import Specs

/// Arrays saved by NumPy.
package struct NPYFormat: DataFormat {
  package static let kind = "npy"
  package static let summary = "arrays saved with numpy.save, plain or in gzip or zstd"
  package static let pathKeys = ["features", "targets", "sample_weight"]
  package static let examples = [
    #"{"features": "x.npy", "targets": "y.npy"}"#,
    #"{"features": "x.npy", "targets": "y.npy", "sample_weight": "w.npy"}"#,
  ]

  package var features: String
  package var targets: String?
  package var sampleWeight: String?

  package var hasTargets: Bool { targets != nil }

  package init(from fields: FieldReader) throws(ConfigError) {
    features = try fields.text("features", "the file of features, rows first")
    targets = try fields.optionalText("targets", "the file of targets")
    sampleWeight = try fields.optionalText("sample_weight", "the file of sample weights")
    try ArrayNames.requireDifferent(features, targets, sampleWeight, "file", fields)
  }

  package func reading(_ file: String, withTargets: Bool) -> (any DataFormat)? {
    if withTargets { return nil }
    var other = self
    (other.features, other.targets, other.sampleWeight) = (file, nil, nil)
    return other
  }

  package func read(into sink: DataSink) throws(DataError) {
    let context = sink.context
    func array(_ file: String?) throws(DataError) -> NumericArray? {
      guard let file else { return nil }
      return try NPYFile.load(file, in: context)
    }
    let features = try NPYFile.load(features, in: context, mayMap: true)
    // Data to predict may have bad targets.
    let targets = context.readsTargets ? targets : nil, weights = context.readsTargets ? sampleWeight : nil
    try sink.fill(features: features, targets: try array(targets), sampleWeights: try array(weights))
  }
}

/// One NPY file, versions 1 to 3 (numpy.lib.format): magic, version, header length, a Python dictionary, the elements.
enum NPYFile {
  static let typeNames = "<f4 <f8 >f4 >f8 |u1 |i1 |b1 <i2 >i2 <u2 >u2 <i4 >i4 <i8 >i8"

  /// Bytes of the longest header that is read; NumPy takes 10,000.
  private static let headerLimit = 60_000

  /// What stands before the elements.
  struct Header {
    var shape: [Int]
    var element: RawElement
    var isBigEndian: Bool
    /// Where the elements begin.
    var offset: Int

    /// Whether the elements can be used as they are.
    var isNative: Bool { !isBigEndian || element.byteCount == 1 }
    /// Bytes of the whole file.
    var fileSize: Int { NumericArray.fileSize(shape, element, offset: offset) }
  }

  /// - Parameter mayMap: whether the elements may stay in their file.
  static func load(_ file: String, in context: DataContext, mayMap: Bool = false) throws(DataError) -> NumericArray {
    let bytes = try InputFile.contents(of: file, in: context, mayMap: mayMap) { beginning throws(DataError) in
      let header = try header(beginning, file: file)
      return InputFile.Outline(size: header.fileSize, isNative: header.isNative)
    }
    return try parse(bytes, file: file)
  }

  static func parse(_ bytes: [UInt8], file: String) throws(DataError) -> NumericArray {
    try parse(FileBytes(copying: bytes, file: file), file: file)
  }

  /// - Parameter start: where the file begins in the bytes, which end with it.
  static func parse(_ bytes: FileBytes, from start: Int = 0, file: String) throws(DataError) -> NumericArray {
    let header = try header(bytes.beginning(Gzip.firstPiece, from: start), file: file)
    return try NumericArray(
      file: file, shape: header.shape, element: header.element, isBigEndian: header.isBigEndian, bytes: bytes,
      offset: start + header.offset)
  }

  static func header(_ bytes: [UInt8], file: String) throws(DataError) -> Header {
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard bytes.count >= 10, bytes.starts(with: magic) else {
      if !bytes.starts(with: magic), let signature = FileSignature.of(bytes) {
        throw .otherFormat(file: file, signature)
      }
      throw .notNPY(file: file, isText: InputFile.looksLikeText(bytes))
    }
    let version = Int(bytes[6])
    guard (1...3).contains(version) else { throw .unknownNPYVersion(file: file, version: version) }
    let lengthBytes = version == 1 ? 2 : 4
    let start = 8 + lengthBytes
    guard bytes.count >= start else { throw .damagedNPYHeader(file: file, reason: "it ends early") }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= headerLimit else {
      throw .damagedNPYHeader(file: file, reason: "it has \(length) bytes, at most \(headerLimit) are read")
    }
    guard length <= bytes.count - start else { throw .damagedNPYHeader(file: file, reason: "it ends early") }
    let header: NPYHeader
    do {
      header = try NPYHeader(bytes[start..<(start + length)])
    } catch {
      throw .damagedNPYHeader(file: file, reason: error.reason)
    }
    guard let type = header.type else { throw .unsupportedNPYType(file: file, type: "of a structured array") }
    guard let (element, isBigEndian) = element(type) else { throw .unsupportedNPYType(file: file, type: "'\(type)'") }
    // A vector has the same bytes in both orders; NumPy then states C order.
    guard !header.isFortranOrder || header.shape.count <= 1 else { throw .fortranOrder(file: file) }
    return Header(shape: header.shape, element: element, isBigEndian: isBigEndian, offset: start + length)
  }

  private static func element(_ type: String) -> (RawElement, isBigEndian: Bool)? {
    let isBigEndian = type.hasPrefix(">")
    guard let order = type.first, "<>|=".contains(order) else { return nil }
    switch type.dropFirst() {
    case "u1", "b1": return (.uint8, isBigEndian)
    case "i1": return (.int8, isBigEndian)
    case "i2": return (.int16, isBigEndian)
    case "u2": return (.uint16, isBigEndian)
    case "i4": return (.int32, isBigEndian)
    case "i8": return (.int64, isBigEndian)
    case "f4": return (.float32, isBigEndian)
    case "f8": return (.float64, isBigEndian)
    default: return nil
    }
  }
}
