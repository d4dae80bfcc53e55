internal import CZlib

/// Decompression of gzip files (RFC 1952), several members included.
enum Gzip {
  /// Bytes that are decompressed before the content is asked for its size: more than any header of an array.
  static let firstPiece = 1 << 16

  /// Whether the bytes begin with gzip's magic number.
  static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b }

  /// The decompressed bytes; the checksum of each member is verified.
  ///
  /// A small file can hold a thousand times its size, and what its last bytes say of that may be untrue: memory is taken as the
  /// content comes, and no more than the content's own header or this machine's memory allow.
  ///
  /// - Parameters:
  ///   - progress: called for each piece.
  ///   - size: reads the size of the whole content from its beginning.
  static func decompress(
    _ bytes: [UInt8], file: String, progress: () -> Void = {}, size: (([UInt8]) throws(DataError) -> Int)? = nil
  ) throws(DataError) -> [UInt8] {
    guard bytes.count >= 18 else { throw .damagedGzip(file: file, reason: "it ends early") }
    var output = [UInt8](repeating: 0, count: firstPiece)
    var limit = Int.max
    var inflation = try Inflation(bytes, file: file)
    while try inflation.fill(&output, progress: progress) {
      if output.count == firstPiece, let size { limit = try size(output) }
      // One byte more than there should be, to tell a content that goes on.
      guard output.count <= limit else {
        throw .damagedGzip(file: file, reason: "they hold more than the \(limit) bytes that the array's header states")
      }
      let room = limit == .max ? Int.max : limit + 1 - output.count
      let more = min(output.count, room)
      try Memory.check(byteCount: output.count + more, for: file)
      output.reserveCapacity(output.count + more)
      output.append(contentsOf: repeatElement(0, count: more))
    }
    guard inflation.produced > 0 else { throw .emptyFile(file: file) }
    output.removeLast(output.count - inflation.produced)
    return output
  }
}

/// zlib at work on the members of a file.
private struct Inflation: ~Copyable {
  /// Bytes decompressed so far.
  private(set) var produced = 0
  private var consumed = 0
  private let input: [UInt8]
  private let file: String
  /// zlib keeps the address of its stream, so that this one does not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init(_ input: [UInt8], file: String) throws(DataError) {
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

  /// Decompresses until the output is full.
  ///
  /// - Returns: false where all members were read.
  mutating func fill(_ output: inout [UInt8], progress: () -> Void) throws(DataError) -> Bool {
    // zlib counts in 32 bits, so that large files go in and out by pieces; small ones, because each shows progress.
    let piece = 1 << 24
    while produced < output.count {
      let offered = min(input.count - consumed, piece), room = min(output.count - produced, piece)
      let status = input.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + consumed })
          stream.pointee.avail_in = UInt32(offered)
          stream.pointee.next_out = output.baseAddress.map { $0 + produced }
          stream.pointee.avail_out = UInt32(room)
          return CZlib.inflate(stream, Z_NO_FLUSH)
        }
      }
      let taken = offered - Int(stream.pointee.avail_in), given = room - Int(stream.pointee.avail_out)
      progress()
      consumed += taken
      produced += given
      switch status {
      case Z_STREAM_END:
        // Tapes and block devices pad with zeros, which gzip(1) passes over too.
        let rest = input[consumed...]
        if rest.allSatisfy({ $0 == 0 }) { return false }
        guard rest.first == 0x1f, rest.dropFirst().first ?? 0x8b == 0x8b else {
          throw .damagedGzip(
            file: file,
            reason:
              "\(rest.count) byte\(rest.count == 1 ? "" : "s") that \(rest.count == 1 ? "is" : "are") no gzip data follow the end"
          )
        }
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
}
