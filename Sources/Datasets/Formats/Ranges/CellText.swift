internal import Glibc

/// The text of a cell as it stands in a file, with what tells it from others at once: its first and last eight bytes,
/// and a hash.
///
/// Texts of up to 16 bytes are compared by these alone, without a call: most words, dates and numbers are no longer.
struct CellText {
  private(set) var start: Int
  let count: Int
  /// The first eight bytes; of a shorter text what it has.
  private let head: UInt64
  /// The last eight bytes; 0 for a shorter text.
  private let tail: UInt64
  let hash: UInt64
  /// Whether quotes in it are doubled.
  let isDoubled: Bool

  /// Where no text is.
  static let none = CellText()

  private init() { (start, count, head, tail, hash, isDoubled) = (-1, -1, 0, 0, 0, false) }

  /// - Parameters:
  ///   - bytes: the whole text of the file.
  ///   - seeds: of the hash.
  @inline(__always)
  init(_ cell: CSVField, in bytes: UnsafeBufferPointer<UInt8>, _ seeds: Seeds) {
    (start, count, isDoubled) = (cell.start, cell.end - cell.start, cell.hasDoubledQuotes)
    let raw = UnsafeRawBufferPointer(bytes)
    if count >= 8 {
      head = raw.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      tail = raw.loadUnaligned(fromByteOffset: start + count - 8, as: UInt64.self)
    } else if start + 8 <= raw.count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: start, as: UInt64.self))
      (head, tail) = (word & ((1 &<< UInt64(truncatingIfNeeded: 8 * count)) &- 1), 0)
    } else {
      var word: UInt64 = 0
      for index in (0..<count).reversed() { word = word << 8 | UInt64(raw[start + index]) }
      (head, tail) = (word, 0)
    }
    var hash = seeds.first ^ UInt64(truncatingIfNeeded: 2 * count + (isDoubled ? 1 : 0))
    seeds.mix(&hash, head)
    var place = 8
    while place + 8 < count {
      seeds.mix(&hash, raw.loadUnaligned(fromByteOffset: start + place, as: UInt64.self))
      place += 8
    }
    seeds.mix(&hash, tail)
    self.hash = hash
  }

  /// The same text where a copy of it lies.
  func moved(to start: Int) -> CellText {
    var copy = self
    copy.start = start
    return copy
  }

  /// Whether another one has the same length, first and last bytes: all of a text of up to 16 bytes.
  @inline(__always)
  func isLike(_ other: CellText) -> Bool {
    head == other.head && tail == other.tail && count == other.count && isDoubled == other.isDoubled
  }

  /// Whether another cell of the same file has the same text.
  @inline(__always)
  func isSame(_ other: CellText, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard isLike(other) else { return false }
    guard count > 16, start != other.start, let base = bytes.baseAddress else { return true }
    return memcmp(base + start, base + other.start, count) == 0
  }

  /// Numbers that nobody knows, others in each process: no file can make a table of hashes slow.
  struct Seeds {
    let first: UInt64
    private let second: UInt64

    static let own = Seeds(first: .random(in: 0...UInt64.max) | 1, second: .random(in: 0...UInt64.max) | 1)

    private init(first: UInt64, second: UInt64) { (self.first, self.second) = (first, second) }

    /// Takes eight bytes into a hash: both halves of a product.
    @inline(__always)
    func mix(_ hash: inout UInt64, _ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: second)
      hash = product.high ^ product.low &+ first
    }
  }
}
