internal import Glibc

/// What cells of a column have come to, told by their text: of some hundred texts, so that a date is taken apart once.
///
/// It holds pointers into a range of a text, and is cleared before the next one.
struct CellMemory {
  private struct Slot {
    /// -1: none.
    var start = -1
    var count = 0
    var isDoubled = false
    var cause: CellCause?
  }

  private static let size = 512
  /// Empty as long as nothing is kept.
  private var slots: [Slot] = []
  /// For each slot the numbers of its cell.
  private var numbers: [Double] = []
  /// The slot of the cell that was not known.
  private var next = 0
  private let base: UnsafePointer<UInt8>
  /// Where the numbers are in a row.
  private let places: Range<Int>

  /// - Parameter base: the first byte of the text.
  init(_ base: UnsafePointer<UInt8>, places: Range<Int>) {
    (self.base, self.places) = (base, places)
  }

  mutating func clear() { for index in slots.indices { slots[index].start = -1 } }

  /// Writes the numbers of a cell to their places in a row, where its text is known.
  ///
  /// - Returns: why the cell cannot be used (nil where it can); nil where the text is not known, and
  ///   ``keep(_:from:cause:)`` is to follow.
  @inline(__always)
  mutating func find(_ cell: CSVField, into row: UnsafeMutablePointer<Double>) -> CellCause?? {
    let count = cell.end - cell.start
    let hash = RangeTexts.hash(base + cell.start, count, cell.hasDoubledQuotes)
    let index = Int(truncatingIfNeeded: hash) & (Self.size - 1)
    next = index
    guard !slots.isEmpty else { return nil }
    let slot = slots[index]
    guard slot.start >= 0, slot.count == count, slot.isDoubled == cell.hasDoubledQuotes,
      memcmp(base + slot.start, base + cell.start, count) == 0
    else { return nil }
    for place in 0..<places.count { row[places.lowerBound + place] = numbers[index * places.count + place] }
    return .some(slot.cause)
  }

  /// Keeps what the cell has come to that was not known just now.
  mutating func keep(_ cell: CSVField, from row: UnsafePointer<Double>, cause: CellCause?) {
    if slots.isEmpty {
      slots = [Slot](repeating: Slot(), count: Self.size)
      numbers = [Double](repeating: 0, count: Self.size * places.count)
    }
    slots[next] = Slot(
      start: cell.start, count: cell.end - cell.start, isDoubled: cell.hasDoubledQuotes, cause: cause)
    for place in 0..<places.count { numbers[next * places.count + place] = row[places.lowerBound + place] }
  }
}
