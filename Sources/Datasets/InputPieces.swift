/// The bytes of a file, a piece at a time in memory.
struct InputPieces: ~Copyable {
  /// Bytes of the whole file.
  let byteCount: Int
  /// Bytes not taken yet.
  private(set) var left: Int

  private var piece: [UInt8]
  private var range: Range<Int>
  /// Reads some bytes and returns how many; 0 at the end.
  private let read: (UnsafeMutableRawBufferPointer) throws(DataError) -> Int

  private static let size = 1 << 18

  /// - Parameter read: fills a buffer and returns how many bytes it has read; 0 at the end.
  init(byteCount: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws(DataError) -> Int) {
    self.byteCount = byteCount
    self.read = read
    left = byteCount
    piece = [UInt8](repeating: 0, count: min(byteCount, Self.size))
    range = 0..<0
  }

  /// Bytes that are in memory already.
  init(_ bytes: [UInt8]) {
    byteCount = bytes.count
    left = bytes.count
    piece = bytes
    range = 0..<bytes.count
    read = { _ throws(DataError) in 0 }
  }

  /// Reads on where few bytes are at hand.
  mutating func refill() throws(DataError) {
    guard range.count < 2, left > range.count, piece.count > 1 || range.isEmpty else { return }
    for index in range { piece[index - range.lowerBound] = piece[index] }
    range = 0..<range.count
    while range.upperBound < piece.count {
      let start = range.upperBound
      let count = try piece.withUnsafeMutableBufferPointer { buffer throws(DataError) in
        try read(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[start...])))
      }
      guard count > 0 else {
        // The file has become shorter.
        left = range.count
        return
      }
      range = 0..<(start + count)
    }
  }

  /// Hands out the bytes at hand for the time of a call.
  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    piece.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Goes on behind some bytes.
  mutating func take(_ count: Int) {
    range = (range.lowerBound + count)..<range.upperBound
    left -= count
  }
}
