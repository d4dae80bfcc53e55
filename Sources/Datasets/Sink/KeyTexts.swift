/// The texts of a key column: each different one once, and per row its number.
///
/// Unlike ``TextColumn`` it is made for columns in which nearly every row has a text of its own, like a time: a text
/// takes its own bytes and some 16 more, whatever its length.
struct KeyTexts: Sendable {
  /// For each row the number of its text, which count from 0 in order of first appearance.
  private(set) var codes: [UInt32] = []
  /// The different texts, one behind the other.
  private var bytes: [UInt8] = []
  /// Where each text ends.
  private var ends: [Int] = []
  /// A hash table, at most half full: the numbers of texts plus 1, 0 for none.
  private var slots = [UInt32](repeating: 0, count: 16)
  private var taken = RangeCodes<UInt32>()

  /// Different texts.
  var count: Int { ends.count }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { codes.append(code(of: $0)) }
  }

  mutating func append(contentsOf texts: [String]) {
    for text in texts { append(text) }
  }

  /// Makes room for so many rows in all.
  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  /// Takes the texts of a range's rows, which are put in for several ranges at once (``fill(_:starts:_:)``).
  ///
  /// - Parameters:
  ///   - texts: those of the rows; one that is a mark for a missing value is empty where this is asked for.
  ///   - takesMarks: whether it is.
  mutating func take(_ texts: borrowing RangeTexts, takesMarks: Bool) {
    var own = [UInt32](repeating: 0, count: texts.entries.count)
    for number in texts.order {
      if takesMarks, texts.entries[number].isMark {
        own[number] = code(of: UnsafeBufferPointer(start: nil, count: 0))
      } else {
        own[number] = texts.withText(of: number) { code(of: $0) }
      }
    }
    taken.take(own)
  }

  /// Puts in the rows of the ranges that were taken (``RangeCodes``).
  mutating func fill(_ numbers: [[UInt32]], starts: [Int], _ forEach: (Int, (Int, Int) -> Void) -> Void) {
    taken.fill(&codes, numbers, starts: starts, forEach)
  }

  /// The code of a text, which is kept if it is new.
  private mutating func code(of text: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var slot = slot(of: text)
    if slots[slot] == 0 {
      if (ends.count + 1) * 2 > slots.count {
        grow()
        slot = self.slot(of: text)
      }
      bytes.append(contentsOf: text)
      ends.append(bytes.count)
      slots[slot] = UInt32(ends.count)
    }
    return slots[slot] - 1
  }

  /// The bytes of a text.
  func withBytes<Result>(of code: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try bytes.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range(code)])) }
  }

  /// A text.
  func text(_ code: Int) -> String { String(decoding: bytes[range(code)], as: UTF8.self) }

  /// The text of a row.
  func text(ofRow row: Int) -> String { text(Int(codes[row])) }

  /// Keeps some rows, ascending.
  mutating func keep(_ rows: [Int]) { codes = rows.map { codes[$0] } }

  private func range(_ code: Int) -> Range<Int> { (code == 0 ? 0 : ends[code - 1])..<ends[code] }

  /// Where a text is in the table, or would be.
  private func slot(of text: UnsafeBufferPointer<UInt8>) -> Int {
    // Swift's own hash is another one in each process: no file can make it slow.
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(text))
    var slot = hasher.finalize() & (slots.count - 1)
    while slots[slot] != 0, !isEqual(Int(slots[slot]) - 1, text) { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private func isEqual(_ code: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let own = range(code)
    return own.count == text.count && bytes[own].elementsEqual(text)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: 2 * slots.count)
    for code in ends.indices {
      let slot = withBytes(of: code) { self.slot(of: $0) }
      slots[slot] = UInt32(code + 1)
    }
  }
}

/// What rows have in common with others, or what tells them apart.
package struct KeyColumn: Sendable {
  package var name: String
  /// ``SourceField/Role/group`` or ``SourceField/Role/id``.
  package var role: SourceField.Role
  var column: KeyTexts

  /// The labels of some rows.
  package func labels(_ rows: some Sequence<Int>) -> [String] { rows.map { column.text(ofRow: $0) } }
}
