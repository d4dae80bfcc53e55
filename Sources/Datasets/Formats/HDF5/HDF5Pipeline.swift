internal import CDeflate

/// The filters that chunks went through when they were written, and now go back through.
struct HDF5Pipeline {
  enum Filter: Equatable {
    case deflate
    /// The first bytes of all elements, then the second ones, and so on.
    case shuffle(elementBytes: Int)
    /// A checksum behind the bytes.
    case fletcher32
  }

  /// Bytes of a chunk before the first and after the last.
  let byteCount: Int
  let filters: [Filter]

  /// Why bytes are not those of a chunk.
  struct Damage: Error { var reason: String }

  /// Bytes that deflate makes of one byte at most.
  static let greatestRatio = 1032

  /// Filters by their numbers in files, for messages.
  static let names = [
    1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 305: "lzo", 307: "bzip2",
    32000: "lzf", 32001: "blosc", 32002: "mafisc", 32003: "snappy", 32004: "lz4", 32008: "bitshuffle",
    32013: "zfp", 32015: "zstd", 32017: "sz", 32026: "blosc2",
  ]

  /// Bytes that a chunk has in front of each filter and behind the last; those behind deflate are unknown.
  private func sizes(_ mask: UInt32) -> [Int?] {
    var sizes: [Int?] = [byteCount]
    for (index, filter) in filters.enumerated() {
      guard mask >> UInt32(index) & 1 == 0 else {
        sizes.append(sizes[index])
        continue
      }
      switch filter {
      case .deflate: sizes.append(nil)
      case .shuffle: sizes.append(sizes[index])
      case .fletcher32: sizes.append(sizes[index].map { $0 + 4 })
      }
    }
    return sizes
  }

  /// Whether a chunk can have so many bytes in its file.
  func allows(_ stored: Int, mask: UInt32) -> Bool {
    guard let exact = sizes(mask).last else { return false }
    if let exact { return stored == exact }
    return stored >= 2 && byteCount / Self.greatestRatio <= stored
  }

  /// The most bytes that a chunk has between filters.
  func room(longest stored: Int) -> Int { max(stored, byteCount + 4 * filters.count) }

  /// Brings a chunk back to what it was.
  ///
  /// - Parameters:
  ///   - bytes: holds it as the file does at first.
  ///   - spare: as much memory again; both have ``room(longest:)``.
  /// - Returns: which of both holds its ``byteCount`` bytes.
  func undo(
    _ stored: Int, mask: UInt32, _ bytes: UnsafeMutableRawPointer, spare: UnsafeMutableRawPointer
  ) throws(Damage) -> UnsafeMutableRawPointer {
    var (own, other, count) = (bytes, spare, stored)
    let sizes = sizes(mask)
    for index in filters.indices.reversed() where mask >> UInt32(index) & 1 == 0 {
      switch filters[index] {
      case .fletcher32:
        guard count >= 4 else { throw Damage(reason: "a chunk ends early") }
        count -= 4
        try Self.check(own, count)
      case .deflate:
        // Only behind deflate are sizes unknown, and it is there once.
        guard let size = sizes[index] else { throw Damage(reason: "a chunk was compressed twice") }
        try Self.inflate(own, count, into: other, size)
        count = size
        swap(&own, &other)
      case .shuffle(let elementBytes):
        guard elementBytes > 1, count >= elementBytes else { continue }
        Self.unshuffle(own, count, into: other, elementBytes)
        swap(&own, &other)
      }
    }
    guard count == byteCount else { throw Damage(reason: "a chunk has \(count) bytes instead of \(byteCount)") }
    return own
  }

  /// Chunks lie in memory as a whole, from which libdeflate reads three times as fast as zlib (1 MiB of shuffled
  /// float32, 1,430 and 500 MB/s of one core).
  private static func inflate(
    _ from: UnsafeMutableRawPointer, _ count: Int, into output: UnsafeMutableRawPointer, _ size: Int
  ) throws(Damage) {
    guard let decompressor = libdeflate_alloc_decompressor() else { throw Damage(reason: "no memory for a chunk") }
    defer { libdeflate_free_decompressor(decompressor) }
    var given = 0, taken = 0
    switch libdeflate_zlib_decompress_ex(decompressor, from, count, output, size, &taken, &given) {
    case LIBDEFLATE_SUCCESS where given == size: return
    case LIBDEFLATE_SUCCESS: throw Damage(reason: "a chunk holds \(given) bytes instead of \(size)")
    case LIBDEFLATE_INSUFFICIENT_SPACE: throw Damage(reason: "a chunk holds more than its \(size) bytes")
    default: throw Damage(reason: "the deflate data of a chunk cannot be read")
    }
  }

  private static func unshuffle(
    _ from: UnsafeMutableRawPointer, _ count: Int, into output: UnsafeMutableRawPointer, _ elementBytes: Int
  ) {
    let elements = count / elementBytes
    let from = from.assumingMemoryBound(to: UInt8.self), to = output.assumingMemoryBound(to: UInt8.self)
    switch elementBytes {
    case 2:
      for index in 0..<elements {
        let value = UInt16(from[index]) | UInt16(from[elements + index]) << 8
        output.storeBytes(of: value.littleEndian, toByteOffset: 2 * index, as: UInt16.self)
      }
    case 4:
      for index in 0..<elements {
        let low = UInt32(from[index]) | UInt32(from[elements + index]) << 8
        let high = UInt32(from[2 * elements + index]) | UInt32(from[3 * elements + index]) << 8
        output.storeBytes(of: (low | high << 16).littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    case 8:
      for index in 0..<elements {
        var value: UInt64 = 0
        for byte in 0..<8 { value |= UInt64(from[byte * elements + index]) << UInt64(8 * byte) }
        output.storeBytes(of: value.littleEndian, toByteOffset: 8 * index, as: UInt64.self)
      }
    default:
      for byte in 0..<elementBytes {
        for index in 0..<elements { to[index * elementBytes + byte] = from[byte * elements + index] }
      }
    }
    let whole = elements * elementBytes
    if whole < count { (to + whole).update(from: from + whole, count: count - whole) }
  }

  /// Compares the checksum behind some bytes with theirs.
  private static func check(_ bytes: UnsafeMutableRawPointer, _ count: Int) throws(Damage) {
    let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count, as: UInt32.self))
    let own = fletcher32(UnsafeRawPointer(bytes), count)
    // Libraries before 1.6.3 have exchanged the bytes of each half.
    let exchanged = (own & 0x00ff_00ff) << 8 | (own >> 8) & 0x00ff_00ff
    guard stored == own || stored == exchanged else { throw Damage(reason: "the checksum of a chunk differs") }
  }

  /// The checksum of Fletcher (J. Fletcher, IEEE Trans. Comm. 30, 1982) over words of 16 bits, their higher byte first;
  /// a last single byte is the higher one of a word.
  static func fletcher32(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt32 {
    let bytes = bytes.assumingMemoryBound(to: UInt8.self)
    var first: UInt32 = 0, second: UInt32 = 0, place = 0, left = count / 2
    while left > 0 {
      // So many words cannot overflow the sums.
      let words = min(left, 360)
      for _ in 0..<words {
        first &+= UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
        second &+= first
        place += 2
      }
      left -= words
      first = first & 0xffff + first >> 16
      second = second & 0xffff + second >> 16
    }
    if count % 2 == 1 {
      first += UInt32(bytes[place]) << 8
      second += first
      first = first & 0xffff + first >> 16
      second = second & 0xffff + second >> 16
    }
    first = first & 0xffff + first >> 16
    second = second & 0xffff + second >> 16
    return second << 16 | first
  }
}
