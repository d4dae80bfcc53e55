internal import Platform
internal import Specs

/// Reads data files whole, or maps them.
enum InputFile {
  /// What the beginning of a content says of the whole.
  struct Outline {
    /// Bytes in all; nothing beyond that is decompressed.
    var size: Int
    /// Whether the bytes can be used as they are.
    var isNative: Bool
  }

  /// The bytes of a file, decompressed where it is gzip or zstd; the compressed bytes are never all in memory.
  ///
  /// The size is checked against the machine's memory before anything is allocated.
  /// - Parameters:
  ///   - mayMap: whether the bytes may stay where they are, as the context wants it.
  ///   - isRaw: whether its bytes are what they are, whatever they begin with.
  ///   - mapsFrom: bytes from which on it stays where it is as it is, where it can.
  ///   - limit: the most bytes that it may have.
  ///   - outline: reads the beginning.
  /// - Throws: ``DataError`` for a file that is missing, unreadable, not a file, empty, too large or damaged.
  static func contents(
    of file: String, in context: DataContext, mayMap: Bool = false, isRaw: Bool = false, mayBeEmpty: Bool = false,
    mapsFrom: Int = .max, limit: Int = .max,
    outline: (([UInt8]) throws(DataError) -> Outline)? = nil
  ) throws(DataError) -> FileBytes {
    let opened = try OpenedFile(file, in: context, mayBeEmpty: mayBeEmpty)
    let byteCount = opened.byteCount
    if byteCount == 0 { return try FileBytes(capacity: 1, file: file) }
    guard byteCount <= limit else { throw .tooLarge(file: file, byteCount: byteCount, available: limit) }
    if !isRaw, let method = Decompression.Method(beginning: try opened.bytes(0..<min(4, byteCount))) {
      var size: (([UInt8]) throws(DataError) -> Int)?
      if let outline { size = { beginning throws(DataError) in try outline(beginning).size } }
      let pieces = opened.pieces(0..<byteCount)
      switch method {
      case .gzip: return try Gzip.decompress(pieces, file: file, progress: context.progress, size: size)
      case .zstd: return try Zstd.decompress(pieces, file: file, progress: context.progress, size: size)
      }
    }
    if mayMap, context.mapping.takes(byteCount: byteCount),
      isRaw || (try? outline?(opened.bytes(0..<min(byteCount, Decompression.firstPiece))))?.isNative == true,
      let mapped = opened.mapped(context.use)
    {
      return FileBytes(mapped)
    }
    if byteCount >= mapsFrom, context.mapping != .never, let mapped = opened.mapped(context.use) {
      return FileBytes(mapped)
    }
    let bytes = try opened.copy(0..<byteCount, progress: context.progress)
    guard bytes.count > 0 else { throw .emptyFile(file: file) }
    return bytes
  }

  /// Whether the beginning of a file is text in UTF-8 without control characters.
  static func looksLikeText(_ bytes: [UInt8]) -> Bool {
    let beginning = Array(bytes.prefix(512))
    // The last character may be cut in two.
    let fault = UTF8Text.check(beginning).fault
    guard fault.map({ $0.offset + 4 > beginning.count && bytes.count > 512 }) ?? true else { return false }
    return beginning.allSatisfy { $0 >= 0x20 || (0x09...0x0d).contains($0) }
  }
}

/// The memory of this machine.
enum Memory {
  /// Bytes that this process could ever have.
  static var byteCount: Int { MachineMemory.ofProcess }

  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)`` where so much can never be held.
  static func check(byteCount: Int, for file: String) throws(DataError) {
    let available = Self.byteCount
    guard byteCount <= available else {
      throw .tooLarge(file: file, byteCount: byteCount, available: available)
    }
  }
}
