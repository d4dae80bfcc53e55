/// What cells of a column have come to, told by their text, so that a date is taken apart once.
///
/// It holds places in a range of a text, and is cleared before the next one.
struct CellMemory {
  private struct Slot {
    var text = CellText.none
    var cause: CellCause?
  }

  /// Enough for the days of a year; more where they help: those of 20 years. Of very many columns each has fewer.
  private static let usualSize = 512, sizes = 16...8192
  /// Bytes of all columns' memories together, for each range of a window.
  private static let budget = 8 << 20
  /// Empty as long as nothing is kept.
  private var slots: [Slot] = []
  /// For each slot the numbers of its cell.
  private var numbers: [Double] = []
  /// The text that was not known, and its slot.
  private var (next, unknown) = (0, CellText.none)
  /// Texts that were known, and those that took another one's slot, since it has grown.
  private var (hits, replaced) = (0, 0)
  private let least: Int, most: Int
  private let bytes: UnsafeBufferPointer<UInt8>
  private let seeds = CellText.Seeds.own
  /// Where the numbers are in a row.
  private let places: Range<Int>

  /// - Parameters:
  ///   - bytes: the whole text.
  ///   - columns: that have a memory of their own.
  init(_ bytes: UnsafeBufferPointer<UInt8>, places: Range<Int>, columns: Int) {
    (self.bytes, self.places) = (bytes, places)
    let bytesOfSlot = MemoryLayout<Slot>.stride + 8 * places.count
    let room = Self.budget / bytesOfSlot / max(1, columns)
    most = max(Self.sizes.lowerBound, min(Self.sizes.upperBound, room))
    // A power of two.
    least = min(Self.usualSize, 1 << (Int.bitWidth - 1 - most.leadingZeroBitCount))
  }

  mutating func clear() { for index in slots.indices { slots[index].text = .none } }

  /// Writes the numbers of a cell to their places in a row, where its text is known.
  ///
  /// - Returns: why the cell cannot be used (nil where it can); nil where the text is not known, and
  ///   ``keep(from:cause:)`` is to follow.
  @inline(__always)
  mutating func find(_ cell: CSVField, into row: UnsafeMutablePointer<Double>) -> CellCause?? {
    let text = CellText(cell, in: bytes, seeds)
    let slot = Int(truncatingIfNeeded: text.hash) & (slots.count - 1)
    guard !slots.isEmpty, slots[slot].text.isSame(text, in: bytes) else {
      (next, unknown) = (slot, text)
      return nil
    }
    hits += 1
    for place in 0..<places.count { row[places.lowerBound + place] = numbers[slot * places.count + place] }
    return .some(slots[slot].cause)
  }

  /// Keeps what the cell has come to that was not known just now.
  mutating func keep(from row: UnsafePointer<Double>, cause: CellCause?) {
    if slots.isEmpty { makeSlots(least) }
    if slots[next].text.count >= 0 {
      replaced += 1
      // More slots help where texts come again at all.
      if replaced >= slots.count, slots.count * 4 <= most, hits > replaced / 64 { makeSlots(4 * slots.count) }
    }
    slots[next] = Slot(text: unknown, cause: cause)
    for place in 0..<places.count { numbers[next * places.count + place] = row[places.lowerBound + place] }
  }

  private mutating func makeSlots(_ count: Int) {
    slots = [Slot](repeating: Slot(), count: count)
    numbers = [Double](repeating: 0, count: count * places.count)
    next = Int(truncatingIfNeeded: unknown.hash) & (count - 1)
    (hits, replaced) = (0, 0)
  }
}
