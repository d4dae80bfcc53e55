internal import CZlib

/// Decompression of gzip files (RFC 1952), several members included.
enum Gzip {
  /// Bytes that are decompressed before the content is asked for its size.
  static let firstPiece = Decompression.firstPiece

  /// Bytes that deflate makes of one byte at most.
  private static let greatestRatio = 1032

  /// Whether the bytes begin with gzip's magic number.
  static func isCompressed(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1f, 0x8b]) }

  /// The decompressed bytes; the checksum of each member is verified. The compressed bytes come by pieces.
  ///
  /// - Parameters:
  ///   - progress: called for each piece.
  ///   - size: reads the size of the whole content from its beginning.
  static func decompress(
    _ pieces: consuming InputPieces, file: String, progress: () -> Void = {},
    size: (([UInt8]) throws(DataError) -> Int)? = nil
  ) throws(DataError) -> FileBytes {
    let input = pieces.byteCount
    guard input >= 18 else { throw .damagedGzip(file: file, reason: "it ends early") }
    var inflation = try Inflation(pieces, file: file)
    // All that deflate can make of so many bytes.
    let most = min(input, Memory.byteCount / Self.greatestRatio) * Self.greatestRatio
    return try Decompression.run(&inflation, file: file, most: most, progress: progress, size: size) {
      .damagedGzip(file: file, reason: $0)
    }
  }

  /// Decompresses bytes that are in memory.
  static func decompress(_ bytes: [UInt8], file: String) throws(DataError) -> FileBytes {
    try decompress(InputPieces(bytes), file: file)
  }
}

/// zlib at work on the members of a file.
private struct Inflation: Decompressor, ~Copyable {
  private var input: InputPieces
  private let file: String
  /// zlib keeps the address of its stream, so that this one does not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init(_ input: consuming InputPieces, file: String) throws(DataError) {
    self.input = input
    self.file = file
    stream.initialize(to: z_stream())
    guard czlib_inflate_init_gzip(stream) == Z_OK else {
      throw .damagedGzip(file: file, reason: "zlib cannot start")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  mutating func fill(_ output: FileBytes, upTo wanted: Int, progress: () -> Void) throws(DataError) -> Bool {
    // zlib counts in 32 bits, so that large files go out by pieces; small ones, because each shows progress.
    let piece = 1 << 24
    while output.count < wanted {
      try input.refill()
      let room = min(wanted - output.count, piece)
      let (status, taken, given) = input.withBytes { bytes in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        stream.pointee.next_out = output.room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        return (status, bytes.count - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
      }
      progress()
      input.take(taken)
      output.add(given)
      switch status {
      case Z_STREAM_END:
        guard try beginsMember() else { return false }
        guard inflateReset(stream) == Z_OK else { throw .damagedGzip(file: file, reason: "zlib cannot go on") }
      case Z_OK where taken > 0 || given > 0: continue
      case Z_OK, Z_BUF_ERROR: throw .damagedGzip(file: file, reason: "it ends early")
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw .damagedGzip(file: file, reason: reason)
      }
    }
    return true
  }

  /// Whether another member follows the one that has ended.
  ///
  /// Tapes and block devices pad with zeros, which gzip(1) passes over too; anything else is damage.
  private mutating func beginsMember() throws(DataError) -> Bool {
    let rest = input.left
    try input.refill()
    let isMember = input.withBytes { bytes in
      bytes.first == 0x1f && (bytes.count == 1 || bytes[1] == 0x8b)
    }
    if isMember { return true }
    while input.left > 0 {
      let zeros = input.withBytes { bytes in bytes.prefix { $0 == 0 }.count }
      guard zeros > 0 else {
        let words = rest == 1 ? "1 byte that is" : "\(rest) bytes that are"
        throw .damagedGzip(file: file, reason: "\(words) no gzip data follow\(rest == 1 ? "s" : "") the end")
      }
      input.take(zeros)
      try input.refill()
    }
    return false
  }
}
