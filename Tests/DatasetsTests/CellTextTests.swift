import TestSupport
import Testing

@testable import Datasets

/// Cells are told apart by their whole text, and what was made of a text is that of no other.
@Suite struct CellTextTests {
  /// Texts of 0 to 40 letters that are alike but for one place, one behind the other, and where each of them is.
  private static func cells(
    _ generator: inout TestGenerator, count: Int
  ) -> (text: [UInt8], cells: [CSVField]) {
    var text: [UInt8] = [], cells: [CSVField] = []
    for _ in 0..<count {
      let length = Int.random(in: 0...40, using: &generator)
      var cell = [UInt8](repeating: UInt8(ascii: "a"), count: length)
      if length > 0, Int.random(in: 0..<4, using: &generator) > 0 {
        cell[Int.random(in: 0..<length, using: &generator)] =
          [0, 0x62, 0x63, 0xff].randomElement(using: &generator) ?? 0
      }
      let start = text.count
      text += cell
      cells.append(
        CSVField(
          start: start, end: text.count, isQuoted: false,
          hasDoubledQuotes: Int.random(in: 0..<8, using: &generator) == 0))
    }
    // The last ones are so near to the end that no eight bytes can be read at once; all were there before.
    for cell in ["", "a", "aa", "aaaaaaa", "", "aaa", "a"] {
      let start = text.count
      text += Array(cell.utf8)
      cells.append(CSVField(start: start, end: text.count, isQuoted: false, hasDoubledQuotes: false))
    }
    return (text, cells)
  }

  private struct Key: Hashable {
    let bytes: [UInt8]
    let isDoubled: Bool
  }

  @Test("each text has its number, and no other has it")
  func numbers() {
    var generator = TestGenerator(state: 5)
    let (text, cells) = Self.cells(&generator, count: 6000)
    text.withUnsafeBufferPointer { bytes in
      var texts = RangeTexts(bytes), known: [Key: Int] = [:]
      for cell in cells {
        let key = Key(bytes: Array(bytes[cell.start..<cell.end]), isDoubled: cell.hasDoubledQuotes)
        let number = texts.number(of: cell), expected = known[key] ?? known.count
        guard number == expected else { return #expect(number == expected, "\(key)") }
        known[key] = number
        guard texts.withBytes(of: number, { Array($0) }) == key.bytes else { return #expect(Bool(false), "\(key)") }
      }
      #expect(known.count > 1000 && known.count == texts.entries.count)
      #expect(cells.suffix(7).allSatisfy { texts.number(of: $0) < 1000 })
    }
  }

  @Test("few texts keep their numbers for the next range, many are forgotten", arguments: [1, 1000])
  func kept(columns: Int) {
    var generator = TestGenerator(state: 6)
    let (text, cells) = Self.cells(&generator, count: 6000)
    text.withUnsafeBufferPointer { bytes in
      var texts = RangeTexts(bytes, columns: columns), known: [Key: Int] = [:], (keeps, forgets) = (0, 0)
      for (index, cell) in cells.enumerated() {
        // Ranges of few cells and of many.
        if index % (index < 3000 ? 11 : 1700) == 0 {
          if texts.clear() {
            known = [:]
            forgets += 1
          } else {
            keeps += 1
          }
          #expect(texts.entries.count == known.count && texts.codes.isEmpty)
        }
        let key = Key(bytes: Array(bytes[cell.start..<cell.end]), isDoubled: cell.hasDoubledQuotes)
        let number = texts.number(of: cell)
        guard number == known[key] ?? known.count else { return #expect(Bool(false), "\(key)") }
        known[key] = number
        texts.keep(number)
      }
      #expect(keeps > 100 && (columns == 1) == (forgets == 0))
    }
  }

  @Test("results are those of the text's number, as far as they are kept", arguments: [1, 100_000])
  func results(columns: Int) {
    var results = TextResults(places: 1..<3, columns: columns), generator = TestGenerator(state: 3), known = Set<Int>()
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 4) { row in
      guard let place = row.baseAddress else { return }
      for index in 0..<60_000 {
        if index == 30_000 {
          results.clear()
          known = []
        }
        let text = Int.random(in: 0..<9000, using: &generator), cause: CellCause? = text % 7 == 0 ? .notDate : nil
        place.update(repeating: -1, count: 4)
        if let found = results.find(text, into: place) {
          let isRight =
            known.contains(text) && found.cause == cause && found.isRounded == (text % 5 == 0) && place[0] == -1
            && place[1] == Double(text)
            && place[2] == -Double(text) && place[3] == -1
          guard isRight else { return #expect(isRight, "text \(text)") }
        } else {
          guard !known.contains(text) || text >= (columns == 1 ? 8192 : 16) else {
            return #expect(Bool(false), "\(text) was forgotten")
          }
          (place[1], place[2]) = (Double(text), -Double(text))
          results.keep(text, from: place, (cause, text % 5 == 0))
          known.insert(text)
        }
      }
    }
  }

  /// Texts of more than 16 bytes that have ends and length in common would be one if their middles were not looked at:
  /// there are such among the cells above.
  @Test func middlesCount() {
    var generator = TestGenerator(state: 5)
    let (text, cells) = Self.cells(&generator, count: 6000)
    let long = Set(cells.filter { $0.end - $0.start > 16 }.map { Array(text[$0.start..<$0.end]) })
    let ends = Set(long.map { Array($0.prefix(8) + $0.suffix(8)) + [UInt8($0.count)] })
    #expect(ends.count < long.count)
  }

  @Test(
    "a memory gives what it was given for the same text alone, before and after it grows", arguments: [40, 700, 9000])
  func memory(distinct: Int) {
    var text: [UInt8] = [], cells: [CSVField] = [], meant: [Int] = []
    var generator = TestGenerator(state: UInt64(distinct))
    for _ in 0..<40_000 {
      let value = Int.random(in: 0..<distinct, using: &generator), start = text.count
      text += Array("\(value)".utf8)
      cells.append(CSVField(start: start, end: text.count, isQuoted: false, hasDoubledQuotes: false))
      meant.append(value)
    }
    text.withUnsafeBufferPointer { bytes in
      var memory = CellMemory(bytes, places: 1..<3, columns: 1), found = 0, foundLater = 0
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 4) { row in
        guard let place = row.baseAddress else { return }
        for index in cells.indices {
          place.update(repeating: -1, count: 4)
          let cause: CellCause? = meant[index] % 7 == 0 ? .notDate : nil
          if let known = memory.find(cells[index], into: place) {
            found += 1
            if index >= cells.count / 2 { foundLater += 1 }
            let isRight =
              known == cause && place[0] == -1 && place[1] == Double(meant[index])
              && place[2] == -Double(meant[index]) && place[3] == -1
            guard isRight else { return #expect(isRight, "cell \(index)") }
          } else {
            (place[1], place[2]) = (Double(meant[index]), -Double(meant[index]))
            memory.keep(from: place, cause: cause)
          }
        }
        memory.clear()
        #expect(memory.find(cells[0], into: place) == nil)
      }
      // What comes again is mostly known: it has grown.
      #expect(foundLater > (distinct < 1000 ? 17_000 : 7_000), "\(found), \(foundLater)")
    }
  }
}
