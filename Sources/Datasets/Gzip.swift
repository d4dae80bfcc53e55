internal import CZlib

/// Decompression of gzip files (RFC 1952), several members included.
enum Gzip {
  /// Whether the bytes begin with gzip's magic number.
  static func isCompressed(_ bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b }

  /// The decompressed bytes; the checksum of each member is verified.
  static func decompress(_ bytes: [UInt8], file: String) throws(DataError) -> [UInt8] {
    guard bytes.count >= 18 else { throw .damagedGzip(file: file, reason: "it ends early") }
    var output = [UInt8](repeating: 0, count: expectedSize(bytes))
    var produced = 0
    let problem = bytes.withUnsafeBufferPointer { input in inflate(input, into: &output, produced: &produced) }
    if let problem { throw .damagedGzip(file: file, reason: problem) }
    guard produced > 0 else { throw .emptyFile(file: file) }
    output.removeLast(output.count - produced)
    return output
  }

  /// The size that the last member states, where it is plausible: DEFLATE shrinks at most by a factor of 1032.
  private static func expectedSize(_ bytes: [UInt8]) -> Int {
    let stated = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let (limit, overflows) = bytes.count.multipliedReportingOverflow(by: 1032)
    return max(4096, stated <= (overflows ? .max : limit) ? stated : 4096)
  }

  /// Returns what is wrong, or nil when all members were read.
  private static func inflate(
    _ input: UnsafeBufferPointer<UInt8>, into output: inout [UInt8], produced: inout Int
  ) -> String? {
    var stream = z_stream()
    guard czlib_inflate_init_gzip(&stream) == Z_OK else { return "zlib cannot start" }
    defer { inflateEnd(&stream) }
    // zlib counts in 32 bits, so that large files go in and out by pieces.
    let piece = 1 << 30
    var consumed = 0
    while true {
      if produced == output.count {
        output.append(contentsOf: repeatElement(0, count: max(1 << 16, output.count / 2)))
      }
      let offered = min(input.count - consumed, piece)
      let room = min(output.count - produced, piece)
      let status = output.withUnsafeMutableBufferPointer { buffer -> Int32 in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + consumed })
        stream.avail_in = UInt32(offered)
        stream.next_out = buffer.baseAddress.map { $0 + produced }
        stream.avail_out = UInt32(room)
        return CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      consumed += offered - Int(stream.avail_in)
      produced += room - Int(stream.avail_out)
      switch status {
      case Z_STREAM_END:
        if consumed == input.count { return nil }
        guard inflateReset(&stream) == Z_OK else { return "zlib cannot go on" }
      case Z_OK: continue
      case Z_BUF_ERROR where consumed < input.count || stream.avail_out == 0: continue
      case Z_BUF_ERROR: return "it ends early"
      default: return stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
      }
    }
  }
}
