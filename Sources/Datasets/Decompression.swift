/// A decompressor at work on the bytes of a file.
protocol Decompressor: ~Copyable {
  /// Decompresses until the output has so many bytes.
  ///
  /// - Parameter output: has room for them.
  /// - Returns: false where the whole input was read.
  mutating func fill(_ output: FileBytes, upTo wanted: Int, progress: () -> Void) throws(DataError) -> Bool
}

/// Data files that are compressed as a whole.
enum Decompression {
  /// A way to compress.
  enum Method {
    case gzip, zstd

    /// That of a file, by its first bytes; nil: it is not compressed.
    init?(beginning: some Collection<UInt8>) {
      if Gzip.isCompressed(beginning) {
        self = .gzip
      } else if Zstd.isCompressed(beginning) {
        self = .zstd
      } else {
        return nil
      }
    }
  }

  /// Bytes that are decompressed before the content is asked for its size: more than any header of an array.
  static let firstPiece = 1 << 16

  /// The decompressed bytes.
  ///
  /// A small file can hold a thousand times its size and more, and what its bytes say of that may be untrue: memory is
  /// taken as the content comes, and no more than the content's own header or this machine's memory allow.
  ///
  /// - Parameters:
  ///   - most: bytes that can be made of the input, where that is known: room is set aside for them once.
  ///   - progress: called for each piece.
  ///   - size: reads the size of the whole content from its beginning.
  ///   - damage: the error for a reason.
  static func run<Engine: Decompressor & ~Copyable>(
    _ engine: inout Engine, file: String, most: Int? = nil, progress: () -> Void,
    size: (([UInt8]) throws(DataError) -> Int)?, damage: (_ reason: String) -> DataError
  ) throws(DataError) -> FileBytes {
    let output = try FileBytes(capacity: firstPiece, file: file)
    var limit = Int.max, wanted = firstPiece
    while try engine.fill(output, upTo: wanted, progress: progress) {
      if output.count == firstPiece, let size { limit = try size(output.beginning(firstPiece)) }
      // One byte more than there should be, to tell a content that goes on.
      guard output.count <= limit else {
        throw damage("they hold more than the \(limit) bytes that the array's header states")
      }
      let room = (limit == .max ? limit : limit + 1) - output.count
      if output.count == firstPiece, let most {
        // Hardly any of these pages will be written.
        try? output.reserve(min(output.count + room, output.count + most), file: file)
      }
      wanted = output.count + min(output.count, room)
      try output.reserve(wanted, file: file)
    }
    guard output.count > 0 else { throw .emptyFile(file: file) }
    return output
  }
}
