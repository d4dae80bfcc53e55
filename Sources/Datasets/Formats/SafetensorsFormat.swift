internal import Kernels
internal import Specs

/// Tensors in a file of the safetensors format.
package typealias SafetensorsFormat = NamedArraysFormat<SafetensorsFile>

/// One file of tensors, whose header fits the file's size; see ``SafetensorsHeader``.
package struct SafetensorsFile: NamedArrayFile {
  package static let kind = "safetensors"
  package static let summary = "tensors of a file saved with safetensors"
  package static let examples = [
    #"{"path": "d.safetensors", "features": "x", "targets": "y"}"#,
    #"{"path": "d.safetensors", "features": "x", "targets": "y", "sample_weight": "w"}"#,
  ]
  package static let noun = "tensor"

  static let typeNames = "F32 F64 F16 BF16 BOOL U8 I8 U16 I16 I32 I64"

  /// Bytes of a header that is read: some hundred thousand tensors.
  private static let headerLimit = 1 << 24

  private let file: OpenedFile
  private let header: SafetensorsHeader
  /// Where the data begin.
  private let start: Int

  package init(_ name: String, in context: DataContext) throws(DataError) {
    file = try OpenedFile(name, in: context)
    let beginning = try file.bytes(0..<min(4096, file.byteCount))
    do {
      start =
        8
        + (try SafetensorsHeader.length(
          Array(beginning.prefix(8)), fileSize: file.byteCount, limit: Self.headerLimit))
      let bytes = try file.bytes(8..<start)
      guard bytes.count == start - 8 else { throw SafetensorsHeader.Damage(problem: "the file ends early") }
      header = try SafetensorsHeader(bytes, dataCount: file.byteCount - start)
    } catch let error as DataError {
      throw error
    } catch {
      let fault = (error as? SafetensorsHeader.Damage)?.problem ?? "\(error)"
      throw Self.error(name, beginning, problem: fault)
    }
  }

  /// Names and shapes.
  var listing: [ArrayListing.Entry] { header.tensors.map { .init(name: $0.name, shape: $0.shape) } }

  /// A file that is none at all is told by what it is.
  private static func error(_ file: String, _ beginning: [UInt8], problem: String) -> DataError {
    guard beginning.dropFirst(8).first != UInt8(ascii: "{") else { return .tensors(file: file, .damaged(problem)) }
    if Gzip.isCompressed(beginning) { return .tensors(file: file, .gzip) }
    if let signature = FileSignature.of(beginning) { return .otherFormat(file: file, signature) }
    return .tensors(file: file, InputFile.looksLikeText(beginning) ? .text : .damaged(problem))
  }

  /// - Parameter mayMap: whether the elements may stay in their file.
  package func array(_ name: String, in context: DataContext, mayMap: Bool) throws(DataError) -> NumericArray {
    guard let tensor = header.tensors.first(where: { $0.name == name }) else {
      throw .names(file: file.name, .unknownArray(name, noun: Self.noun, known: header.tensors.map(\.name)))
    }
    let words = "\(file.name), tensor '\(name.excerpt(60))'"
    let range = start + tensor.range.lowerBound..<start + tensor.range.upperBound
    if let half = HalfType(rawValue: tensor.type) {
      let bytes = try half.widened(file, range, progress: context.progress)
      return try NumericArray(
        file: words, shape: tensor.shape, element: .float32, isBigEndian: false, bytes: bytes, offset: 0)
    }
    guard let element = Self.element(tensor.type) else { throw .tensors(file: words, .type(tensor.type)) }
    func array(_ bytes: FileBytes, _ offset: Int) throws(DataError) -> NumericArray {
      try NumericArray(
        file: words, shape: tensor.shape, element: element, isBigEndian: false, bytes: bytes, offset: offset)
    }
    if mayMap, !range.isEmpty, context.mapping.takes(byteCount: range.count), let mapped = file.mapped(context.use) {
      return try array(FileBytes(mapped, upTo: range.upperBound), range.lowerBound)
    }
    return try array(file.copy(range, progress: context.progress), 0)
  }

  private static func element(_ type: String) -> RawElement? {
    switch type {
    case "U8", "BOOL": .uint8
    case "I8": .int8
    case "U16": .uint16
    case "I16": .int16
    case "I32": .int32
    case "I64": .int64
    case "F32": .float32
    case "F64": .float64
    default: nil
    }
  }
}

/// Floats of 16 bits, which float32 holds all of.
private enum HalfType: String {
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// A number as float32, its bits.
  @inline(__always)
  func widened(_ bits: UInt16) -> UInt32 {
    let wide = UInt32(bits)
    if self == .bfloat16 { return wide << 16 }
    let sign = (wide & 0x8000) << 16, exponent = wide >> 10 & 0x1f, fraction = wide & 0x3ff
    switch exponent {
    case 0: return sign | (Float(fraction) * 0x1p-24).bitPattern
    case 0x1f: return sign | 0x7f80_0000 | fraction << 13
    default: return sign | (exponent + 112) << 23 | fraction << 13
    }
  }

  /// Numbers of a file, as float32.
  func widened(_ file: OpenedFile, _ range: Range<Int>, progress: () -> Void) throws(DataError) -> FileBytes {
    let (byteCount, overflows) = range.count.multipliedReportingOverflow(by: 2)
    let output = try FileBytes(capacity: overflows ? .max : byteCount, file: file.name)
    var place = range.lowerBound
    while place < range.upperBound {
      let bytes = try file.bytes(place..<min(range.upperBound, place + 1 << 18))
      guard bytes.count >= 2 else { break }
      let room = output.room, count = bytes.count / 2
      for index in 0..<count {
        let bits = UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8
        room.storeBytes(of: widened(bits), toByteOffset: 4 * index, as: UInt32.self)
      }
      output.add(4 * count)
      place += 2 * count
      progress()
    }
    return output
  }
}
