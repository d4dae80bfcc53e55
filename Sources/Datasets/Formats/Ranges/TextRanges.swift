internal import Glibc
internal import Specs

/// Cuts a text into ranges of bytes that are read at the same time, and says where each one's first record begins.
///
/// Where a record begins depends on whether quotes are open there. Each range is looked at by itself (the parity of its
/// quotes, whether its bytes are UTF-8), and a scan over the parities tells whether it begins inside of quotes. That
/// holds but for quotes in the middle of unquoted fields, which open nothing: so nothing is believed that was not seen.
/// A range is read to the end of its last record, and the next one counts only where that is where it has begun; else
/// it is read again from there. By induction all records are those of a reader that goes from the first to the last,
/// whatever the text.
struct TextRanges {
  /// How texts are cut.
  struct Cuts: Sendable {
    /// Texts with fewer bytes are read at once.
    var leastText = 1 << 18
    /// Bytes of a range. With text, windows of 4 or 8 MiB took 0 to 5 % less time than those of 16 MiB (rounds that
    /// alternated, on a noisy machine) and 3 % less memory: fewer rows wait to be put into columns.
    var rangeBytes = 1 << 19
    /// Ranges of a window, which is read before the next one is looked at; nil: 16, or 32 for many threads. Each has
    /// memory of its own for its rows and texts.
    var windowRanges: Int?
    /// Ranges in which the first rows are looked at.
    var firstRanges = 4
    /// Whether quotes are counted; only to show that they have to be.
    var countsQuotes = true
    /// Whether a range that has begun elsewhere is read again; only to show that it has to be.
    var readsAgain = true

    static let usual = Cuts()
  }

  /// A range: its records begin at or behind `start`, and before `limit`.
  struct Range: Equatable {
    /// Nil: none begins in it.
    var start: Int?
    var limit: Int
  }

  let bytes: UnsafeBufferPointer<UInt8>
  private let cuts: Cuts
  private let threads: ReadingThreads
  private var windowRanges: Int
  /// Behind the last byte that belongs to a record.
  let end: Int
  /// Bytes that were found to be UTF-8.
  private var checked: Int

  private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

  /// - Parameter checked: bytes in front that are UTF-8.
  init(_ bytes: UnsafeBufferPointer<UInt8>, checked: Int, cuts: Cuts, threads: ReadingThreads) {
    (self.bytes, self.cuts, self.threads, self.checked) = (bytes, cuts, threads, checked)
    windowRanges = cuts.windowRanges ?? max(16, min(32, 2 * threads.count))
    var end = bytes.count
    while end > 0, Self.isLineEnd(bytes[end - 1]) { end -= 1 }
    self.end = end
  }

  /// Calls a body for items on all threads, with denormals as they are.
  func forEach(_ count: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
    threads.forEach(count, body)
  }

  /// The next ranges, of which the first begins where the last window's last record has ended.
  ///
  /// - Returns: nil where a byte is not UTF-8.
  mutating func window(from start: Int) -> [Range]? {
    guard checkUpTo(start) else { return nil }
    var borders = [start]
    while borders.count <= windowRanges, let last = borders.last, last < end {
      borders.append(border(near: last + cuts.rangeBytes))
    }
    let count = borders.count - 1
    guard count > 0 else { return [] }
    var looks = [Look](repeating: Look(), count: count)
    looks.withUnsafeMutableBufferPointer { looks in
      forEach(count) { item, _ in
        looks[item] = Look(UnsafeBufferPointer(rebasing: bytes[borders[item]..<borders[item + 1]]))
      }
    }
    guard looks.allSatisfy(\.isUTF8) else { return nil }
    checked = max(checked, borders[count])
    var ranges = [Range(start: start, limit: borders[1])], isInside = false
    for index in 1..<max(1, count) {
      if cuts.countsQuotes { isInside = isInside != looks[index - 1].hasOddQuotes }
      let start = recordStart(from: borders[index], upTo: borders[index + 1], isInside: isInside)
      ranges.append(Range(start: start, limit: borders[index + 1]))
    }
    return ranges
  }

  /// Whether the next bytes, up to one, are UTF-8.
  mutating func checkUpTo(_ place: Int) -> Bool {
    guard place > checked else { return true }
    defer { checked = place }
    return UTF8Text.check(UnsafeBufferPointer(rebasing: bytes[checked..<place])).fault == nil
  }

  /// Makes windows of few ranges, to look at the first rows.
  mutating func keepFirst() { windowRanges = min(cuts.firstRanges, windowRanges) }

  /// Looks at what is left behind the last record.
  mutating func checkRest() -> Bool { checkUpTo(bytes.count) }

  /// A byte at or little behind one, which does not cut a character in two.
  private func border(near wanted: Int) -> Int {
    guard wanted < end else { return end }
    var border = wanted
    while border < end, border < wanted + 3, bytes[border] & 0xc0 == 0x80 { border += 1 }
    return border
  }

  /// Where the first record of a range begins, if quotes are open at its first byte or not.
  private func recordStart(from first: Int, upTo limit: Int, isInside: Bool) -> Int? {
    var place = first, isInside = isInside
    if !isInside, Self.isLineEnd(bytes[first - 1]) {
      let isPair = bytes[first - 1] == Self.carriageReturn && bytes[first] == Self.lineFeed
      let start = isPair ? first + 1 : first
      return start < limit ? start : nil
    }
    while place < limit {
      let byte = bytes[place]
      place += 1
      if byte == Self.quote {
        if cuts.countsQuotes { isInside.toggle() }
      } else if !isInside, Self.isLineEnd(byte) {
        if byte == Self.carriageReturn, place < bytes.count, bytes[place] == Self.lineFeed { place += 1 }
        return place < limit ? place : nil
      }
    }
    return nil
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

  /// Whether a range is read again that has begun somewhere else.
  var readsAgain: Bool { cuts.readsAgain }
}

/// What a range of a text is, whatever stands before it.
private struct Look {
  var hasOddQuotes = false
  var isUTF8 = true

  init() {}

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    let raw = UnsafeRawBufferPointer(bytes), words = raw.count / 8
    // Each byte of a word: 0x80 for an odd number of quotes there. Without a branch, so that vector instructions do it.
    var odd: UInt64 = 0, all: UInt64 = 0
    for index in 0..<words {
      let word = raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
      all |= word
      let other = word ^ 0x2222_2222_2222_2222
      odd ^= ~(((other & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f) | other)
    }
    var quotes = (odd & 0x8080_8080_8080_8080).nonzeroBitCount
    for byte in raw[(8 * words)...] {
      if byte == UInt8(ascii: "\"") { quotes += 1 }
      all |= UInt64(byte)
    }
    hasOddQuotes = quotes & 1 == 1
    if all & 0x8080_8080_8080_8080 != 0 { isUTF8 = UTF8Text.check(bytes).fault == nil }
  }
}
