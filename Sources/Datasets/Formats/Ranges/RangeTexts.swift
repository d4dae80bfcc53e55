internal import Glibc

/// The different texts of a column in a range of a text, and which of them each kept row has.
///
/// Texts are told apart by their bytes, as they stand in the file; who takes them into the table's columns compares
/// them as texts.
struct RangeTexts {
  /// A text as it stands in the file.
  struct Entry {
    var start: Int
    var count: Int
    var hash: UInt64
    /// Whether quotes in it are doubled.
    var isDoubled: Bool
    /// Whether it stands for a missing value.
    var isMark: Bool
  }

  /// For each kept row the number of its text.
  private(set) var codes: [UInt32] = []
  private(set) var entries: [Entry] = []
  /// A hash table, at most half full: the numbers of texts plus 1, 0 for none.
  private var slots = [UInt32](repeating: 0, count: 64)
  /// The text of the last cell, which is often that of the next.
  private var last = -1
  private let base: UnsafePointer<UInt8>
  private let marks: MissingMarks?

  // Another one in each process: no file can make it slow.
  private static let seeds: (UInt64, UInt64) = (
    .random(in: 0...UInt64.max) | 1, .random(in: 0...UInt64.max) | 1
  )

  /// - Parameter marks: what stands for a missing value, where that is told.
  init(_ base: UnsafePointer<UInt8>, marks: MissingMarks?) { (self.base, self.marks) = (base, marks) }

  /// - Parameter bytes: the whole text, which is not empty.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let base = bytes.baseAddress else { preconditionFailure("a text with records has bytes") }
    self.init(base, marks: nil)
  }

  mutating func clear() {
    codes.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    if slots.count > 1 << 12 { slots = [UInt32](repeating: 0, count: 64) }
    for index in slots.indices { slots[index] = 0 }
    last = -1
  }

  /// A row with a text is kept.
  mutating func keep(_ number: Int) { codes.append(UInt32(truncatingIfNeeded: number)) }

  /// The number of a cell's text.
  mutating func number(of cell: CSVField) -> Int {
    let count = cell.end - cell.start
    if last >= 0, isSame(entries[last], cell.start, count, cell.hasDoubledQuotes) { return last }
    let hash = Self.hash(base + cell.start, count, cell.hasDoubledQuotes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if entries[number].hash == hash, isSame(entries[number], cell.start, count, cell.hasDoubledQuotes) {
        last = number
        return number
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    entries.append(
      Entry(
        start: cell.start, count: count, hash: hash, isDoubled: cell.hasDoubledQuotes,
        isMark: marks?.contains(UnsafeBufferPointer(start: base + cell.start, count: count)) ?? false))
    slots[slot] = UInt32(truncatingIfNeeded: entries.count)
    if entries.count * 2 > slots.count { grow() }
    last = entries.count - 1
    return last
  }

  /// The bytes of a text, as they stand in the file.
  func bytes(of number: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: base + entries[number].start, count: entries[number].count)
  }

  /// Hands out the bytes of a text, doubled quotes made single.
  func withText<Result>(of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard entries[number].isDoubled else { return body(bytes(of: number)) }
    var text = text(of: number)
    return text.withUTF8(body)
  }

  /// A text, doubled quotes made single.
  func text(of number: Int) -> String {
    let bytes = bytes(of: number)
    guard entries[number].isDoubled else { return String(decoding: bytes, as: UTF8.self) }
    let field = CSVField(start: 0, end: bytes.count, isQuoted: true, hasDoubledQuotes: true)
    return CSVScanner(bytes, delimiter: 0, file: "").text(of: field)
  }

  @inline(__always)
  private func isSame(_ entry: Entry, _ start: Int, _ count: Int, _ isDoubled: Bool) -> Bool {
    guard entry.count == count, entry.isDoubled == isDoubled else { return false }
    return entry.start == start || memcmp(base + entry.start, base + start, count) == 0
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 4 * slots.count)
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(truncatingIfNeeded: number + 1)
    }
  }

  /// Eight bytes at a time: both halves of a product with numbers that nobody knows.
  static func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ isDoubled: Bool) -> UInt64 {
    let raw = UnsafeRawPointer(bytes), seeds = seeds
    var hash = seeds.0 ^ UInt64(truncatingIfNeeded: 2 * count + (isDoubled ? 1 : 0)), place = 0
    func mix(_ word: UInt64) {
      let product = (hash ^ word).multipliedFullWidth(by: seeds.1)
      hash = product.high ^ product.low &+ seeds.0
    }
    while place + 8 <= count {
      mix(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    var word: UInt64 = 0
    while place < count {
      word = word << 8 | UInt64(bytes[place])
      place += 1
    }
    mix(word)
    mix(seeds.1)
    return hash
  }
}
