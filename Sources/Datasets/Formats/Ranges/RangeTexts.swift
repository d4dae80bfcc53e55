/// The different texts of a column in a range of a text, and which of them each kept row has.
///
/// Texts are told apart by their bytes, as they stand in the file; who takes them into the table's columns compares
/// them as texts.
struct RangeTexts {
  /// A text as it stands in the file.
  struct Entry {
    var text: CellText
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
  private let bytes: UnsafeBufferPointer<UInt8>
  private let marks: MissingMarks?
  private let seeds = CellText.Seeds.own

  /// - Parameters:
  ///   - bytes: the whole text, which is not empty.
  ///   - marks: what stands for a missing value, where that is told.
  init(_ bytes: UnsafeBufferPointer<UInt8>, marks: MissingMarks? = nil) { (self.bytes, self.marks) = (bytes, marks) }

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
    let text = CellText(cell, in: bytes, seeds)
    if last >= 0, entries[last].text.isSame(text, in: bytes) { return last }
    var slot = Int(truncatingIfNeeded: text.hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = Int(slots[slot]) - 1
      if entries[number].text.isSame(text, in: bytes) {
        last = number
        return number
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    entries.append(
      Entry(
        text: text,
        isMark: marks?.contains(UnsafeBufferPointer(rebasing: bytes[cell.start..<cell.end])) ?? false))
    slots[slot] = UInt32(truncatingIfNeeded: entries.count)
    if entries.count * 2 > slots.count { grow() }
    last = entries.count - 1
    return last
  }

  /// The bytes of a text, as they stand in the file.
  func bytes(of number: Int) -> UnsafeBufferPointer<UInt8> {
    let text = entries[number].text
    return UnsafeBufferPointer(rebasing: bytes[text.start..<text.start + text.count])
  }

  /// Hands out the bytes of a text, doubled quotes made single.
  func withText<Result>(of number: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    guard entries[number].text.isDoubled else { return body(bytes(of: number)) }
    var text = text(of: number)
    return text.withUTF8(body)
  }

  /// A text, doubled quotes made single.
  func text(of number: Int) -> String {
    let bytes = bytes(of: number)
    guard entries[number].text.isDoubled else { return String(decoding: bytes, as: UTF8.self) }
    let field = CSVField(start: 0, end: bytes.count, isQuoted: true, hasDoubledQuotes: true)
    return CSVScanner(bytes, delimiter: 0, file: "").text(of: field)
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
