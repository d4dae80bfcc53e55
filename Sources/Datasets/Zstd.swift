internal import CZstd

/// Decompression of zstd files (RFC 8878), several frames and skippable ones included.
enum Zstd {
  /// The window of a frame is at most 2 to this: what `zstd` itself takes without `--long`.
  static let windowLog: Int32 = 27

  /// Whether the bytes begin with the magic number of a frame, or with that of one to be skipped.
  static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool {
    let start = Array(bytes.prefix(4))
    guard start.count == 4 else { return false }
    return start == [0x28, 0xb5, 0x2f, 0xfd] || (start[0] & 0xf0 == 0x50 && start[1...] == [0x2a, 0x4d, 0x18])
  }

  /// The decompressed bytes; the checksum of each frame that has one is verified.
  ///
  /// - Parameters:
  ///   - progress: called for each piece.
  ///   - size: reads the size of the whole content from its beginning.
  static func decompress(
    _ pieces: consuming InputPieces, file: String, progress: () -> Void = {},
    size: (([UInt8]) throws(DataError) -> Int)? = nil
  ) throws(DataError) -> FileBytes {
    var frames = try Frames(pieces, file: file)
    return try Decompression.run(&frames, file: file, progress: progress, size: size) {
      .damagedZstd(file: file, reason: $0)
    }
  }

  /// Decompresses bytes that are in memory.
  static func decompress(_ bytes: [UInt8], file: String) throws(DataError) -> FileBytes {
    try decompress(InputPieces(bytes), file: file)
  }
}

/// The zstd library at work on the frames of a file.
private struct Frames: Decompressor, ~Copyable {
  private var input: InputPieces
  private let file: String
  private let context: OpaquePointer
  /// Whether a frame has begun that has not ended.
  private var isInside = false
  /// Whether a frame has ended.
  private var hasFrame = false

  init(_ input: consuming InputPieces, file: String) throws(DataError) {
    self.input = input
    self.file = file
    guard let context = ZSTD_createDCtx() else { throw .damagedZstd(file: file, reason: "zstd cannot start") }
    self.context = context
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Zstd.windowLog)
  }

  deinit { ZSTD_freeDCtx(context) }

  mutating func fill(_ output: FileBytes, upTo wanted: Int, progress: () -> Void) throws(DataError) -> Bool {
    // Each piece shows progress.
    let piece = 1 << 24
    while output.count < wanted {
      try input.refill()
      guard isInside || input.left > 0 else { return false }
      let room = min(wanted - output.count, piece)
      let (status, taken, given) = input.withBytes { bytes in
        var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.room.baseAddress, size: room, pos: 0)
        let status = ZSTD_decompressStream(context, &target, &source)
        return (status, source.pos, target.pos)
      }
      progress()
      guard ZSTD_isError(status) == 0 else { throw .damagedZstd(file: file, reason: reason(status)) }
      input.take(taken)
      output.add(given)
      isInside = status != 0
      if !isInside { hasFrame = true }
      // A frame that wants more than there is; or the library stands still, which it should not.
      guard taken > 0 || given > 0 || !isInside else { throw .damagedZstd(file: file, reason: "it ends early") }
    }
    return true
  }

  private func reason(_ status: Int) -> String {
    switch ZSTD_getErrorCode(status) {
    case ZSTD_error_frameParameter_windowTooLarge:
      "its window is larger than \(1 << (Zstd.windowLog - 20)) MiB; if it was made with --long, compress it without"
    case ZSTD_error_checksum_wrong: "the checksum is another one"
    case ZSTD_error_dictionary_wrong: "a dictionary is needed that is not in the file"
    case ZSTD_error_prefix_unknown where hasFrame: "what follows the end is no zstd data"
    default: String(cString: ZSTD_getErrorName(status))
    }
  }
}
