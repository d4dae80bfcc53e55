/// The different texts of a column in a range of a text, and which of them each kept row has.
///
/// Texts are told apart by their bytes, as they stand in the file; who takes them into the table's columns compares
/// them as texts. Few texts are kept for the next range, with their numbers.
struct RangeTexts {
  /// A text as it stands in the file.
  struct Entry {
    /// Its bytes are in ``RangeTexts/own``.
    var text: CellText
    /// Whether it stands for a missing value.
    var isMark: Bool
  }

  /// For each kept row the number of its text.
  private(set) var codes: [UInt32] = []
  private(set) var entries: [Entry] = []
  /// The numbers of texts that kept rows have, in order of their first rows, and the rows with each text; told by
  /// ``count()``.
  private(set) var order: [Int] = []
  private(set) var counts: [Int] = []
  /// The bytes of all texts, one behind the other.
  private var own: [UInt8] = []
  /// A hash table, at most half full: the numbers of texts plus 1, 0 for none.
  private var slots = [UInt32](repeating: 0, count: 64)
  /// The text of the last cell, which is often that of the next.
  private var last = -1
  private let bytes: UnsafeBufferPointer<UInt8>
  private let marks: MissingMarks?
  private let mostKept: Int
  private let seeds = CellText.Seeds.own

  /// Texts that are kept at most, and bytes of those of all columns of a range.
  private static let usuallyKept = 4096, budget = 2 << 20

  /// - Parameters:
  ///   - bytes: the whole text, which is not empty.
  ///   - marks: what stands for a missing value, where that is told.
  ///   - columns: whose texts are told apart.
  init(_ bytes: UnsafeBufferPointer<UInt8>, marks: MissingMarks? = nil, columns: Int = 1) {
    (self.bytes, self.marks) = (bytes, marks)
    // With the slots, and what is made of a text.
    let bytesOfText = 2 * MemoryLayout<Entry>.stride
    mostKept = min(Self.usuallyKept, Self.budget / bytesOfText / max(1, columns))
  }

  /// Forgets the rows, and the texts if they are many.
  ///
  /// - Returns: whether the texts are forgotten.
  mutating func clear() -> Bool {
    codes.removeAll(keepingCapacity: true)
    guard entries.count > mostKept || own.count > 16 * mostKept else { return false }
    entries.removeAll(keepingCapacity: true)
    // Of a cell of hundreds of megabytes nothing is left.
    own.removeAll(keepingCapacity: own.capacity <= Self.budget)
    if slots.count > 1 << 12 { slots = [UInt32](repeating: 0, count: 64) }
    for index in slots.indices { slots[index] = 0 }
    last = -1
    return true
  }

  /// A row with a text is kept.
  mutating func keep(_ number: Int) { codes.append(UInt32(truncatingIfNeeded: number)) }

  /// Counts the rows with each text, once all are kept: in a loop of its own, as rows are read by one that has more to
  /// do.
  mutating func count() {
    order.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    counts.append(contentsOf: repeatElement(0, count: entries.count))
    for code in codes {
      let number = Int(code)
      if counts[number] == 0 { order.append(number) }
      counts[number] += 1
    }
  }

  /// The number of a cell's text.
  @inline(__always)
  mutating func number(of cell: CSVField) -> Int {
    let text = CellText(cell, in: bytes, seeds)
    if last >= 0, isSame(last, text) { return last }
    var slot = Int(truncatingIfNeeded: text.hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if isSame(number, text) {
        last = number
        return number
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    add(text, slot)
    return last
  }

  @inline(__always)
  private func isSame(_ number: Int, _ text: CellText) -> Bool {
    let entry = entries[number].text
    guard entry.isLike(text) else { return false }
    guard text.count > 16 else { return true }
    return own[entry.start..<entry.start + entry.count].elementsEqual(bytes[text.start..<text.start + text.count])
  }

  private mutating func add(_ text: CellText, _ slot: Int) {
    let cell = UnsafeBufferPointer(rebasing: bytes[text.start..<text.start + text.count])
    entries.append(Entry(text: text.moved(to: own.count), isMark: marks?.contains(cell) ?? false))
    own.append(contentsOf: cell)
    slots[slot] = UInt32(truncatingIfNeeded: entries.count)
    if entries.count * 2 > slots.count { grow() }
    last = entries.count - 1
  }

  /// Hands out the bytes of a text, as they stand in the file.
  func withBytes<Result>(of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let text = entries[number].text
    return own.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[text.start..<text.start + text.count])) }
  }

  /// Hands out the bytes of a text, doubled quotes made single.
  func withText<Result>(of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard entries[number].text.isDoubled else { return withBytes(of: number, body) }
    var text = text(of: number)
    return text.withUTF8(body)
  }

  /// A text, doubled quotes made single.
  func text(of number: Int) -> String {
    let isDoubled = entries[number].text.isDoubled
    return withBytes(of: number) { bytes in
      guard isDoubled else { return String(decoding: bytes, as: UTF8.self) }
      let field = CSVField(start: 0, end: bytes.count, isQuoted: true, hasDoubledQuotes: true)
      return CSVScanner(bytes, delimiter: 0, file: "").text(of: field)
    }
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 4 * slots.count)
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.text.hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(truncatingIfNeeded: number + 1)
    }
  }
}
