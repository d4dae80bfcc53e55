internal import Specs

/// Reads rows `label qid:number index:value … # comment` of a text, one after the other.
///
/// Label and query may be left out; what is not named is 0.
struct LibSVMScanner {
  /// A row as it stands in its line.
  struct Row {
    /// Counted from 1.
    var line = 0
    /// NaN where it is a mark for a missing value; nil where there is none.
    var label: Double?
    var query: String?
    /// Counted from 0, ascending.
    var features: [Int] = []
    /// One for each feature.
    var values: [Double] = []
    /// Whether double has rounded a whole number of the values.
    var isRounded = false
  }

  /// More features than this are a mistake, or too many to hold with their zeros.
  static let widthLimit = 1 << 22

  private let bytes: UnsafeBufferPointer<UInt8>
  private let isZeroBased: Bool
  /// Whether labels that cannot be used are let through, as none.
  private let ignoresLabels: Bool
  private(set) var position: Int
  private var line = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, isZeroBased: Bool, ignoresLabels: Bool) {
    (self.bytes, self.isZeroBased, self.ignoresLabels) = (bytes, isZeroBased, ignoresLabels)
    // A byte order mark.
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// Reads the next row; lines without one are passed over.
  ///
  /// - Returns: false at the end.
  mutating func next(into row: inout Row) throws(LibSVMFault) -> Bool {
    row.features.removeAll(keepingCapacity: true)
    row.values.removeAll(keepingCapacity: true)
    (row.label, row.query, row.isRounded) = (nil, nil, false)
    while position < bytes.count {
      line += 1
      row.line = line
      var count = 0
      while let token = nextToken() {
        try take(token, isFirst: count == 0, &row)
        count += 1
      }
      endLine()
      if count > 0 { return true }
    }
    return false
  }

  // MARK: - Bytes

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0b || byte == 0x0c }
  private static func isEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

  /// The next word of the line; nil where only a comment or nothing follows.
  private mutating func nextToken() -> Range<Int>? {
    while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      guard !Self.isBlank(byte), !Self.isEnd(byte), byte != UInt8(ascii: "#") else { break }
      position += 1
    }
    return position > start ? start..<position : nil
  }

  private mutating func endLine() {
    while position < bytes.count, !Self.isEnd(bytes[position]) { position += 1 }
    guard position < bytes.count else { return }
    position += bytes[position] == 0x0d && position + 1 < bytes.count && bytes[position + 1] == 0x0a ? 2 : 1
  }

  private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: - Words

  private func take(_ token: Range<Int>, isFirst: Bool, _ row: inout Row) throws(LibSVMFault) {
    guard let colon = bytes[token].firstIndex(of: UInt8(ascii: ":")) else {
      guard isFirst else { throw .noPair(line: line, text: text(token)) }
      if ignoresLabels { return }
      row.label = try label(token)
      return
    }
    if bytes[token.lowerBound..<colon].elementsEqual("qid".utf8) {
      let number = colon + 1..<token.upperBound
      guard row.query == nil, row.features.isEmpty, !number.isEmpty, number.count <= 18, isWhole(number) else {
        throw .query(line: line, text: text(token))
      }
      row.query = text(number)
      return
    }
    let index = try index(token.lowerBound..<colon, of: token), number = isZeroBased ? index : index - 1
    if let last = row.features.last, last >= number {
      throw .unordered(line: line, index: index, before: isZeroBased ? last : last + 1)
    }
    row.values.append(try value(colon + 1..<token.upperBound, of: index, &row))
    row.features.append(number)
  }

  private func isWhole(_ range: Range<Int>) -> Bool {
    bytes[range].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  private func label(_ token: Range<Int>) throws(LibSVMFault) -> Double {
    if let number = DecimalNumber.parse(slice(token)) {
      guard number.isFinite else { throw .infiniteLabel(line: line, text: text(token)) }
      return number
    }
    let text = text(token)
    if Self.isNaN(text) { return .nan }
    if Self.isInfinity(text) { throw .infiniteLabel(line: line, text: text) }
    guard text.contains(",") else { throw .textLabel(line: line, text: text) }
    // Of several labels each row has pairs; of a table none has.
    let rest = bytes[token.upperBound...].prefix { !Self.isEnd($0) && $0 != UInt8(ascii: "#") }
    throw rest.contains(UInt8(ascii: ":")) ? .severalLabels(line: line, text: text) : .table(line: line)
  }

  /// The index of a pair, as it is written.
  private func index(_ range: Range<Int>, of token: Range<Int>) throws(LibSVMFault) -> Int {
    guard !range.isEmpty, isWhole(range) else { throw .noPair(line: line, text: text(token)) }
    let last = Self.widthLimit - (isZeroBased ? 1 : 0)
    var index = 0
    for byte in bytes[range] {
      index = index * 10 + Int(byte - UInt8(ascii: "0"))
      guard index <= last else { throw .beyondLimit(line: line, index: text(range), limit: Self.widthLimit) }
    }
    guard index > 0 || isZeroBased else { throw .zeroIndex(line: line) }
    return index
  }

  private func value(_ range: Range<Int>, of index: Int, _ row: inout Row) throws(LibSVMFault) -> Double {
    func fault(_ fault: LibSVMValueFault) -> LibSVMFault {
      .value(line: line, index: index, text: text(range), fault)
    }
    guard let number = DecimalNumber.parse(slice(range)) else {
      let text = text(range)
      if Self.isNaN(text) { return .nan }
      throw fault(Self.isInfinity(text) ? .infinite : .noNumber)
    }
    guard Float(number).isFinite else { throw fault(.beyondFloat) }
    if number.magnitude > 0x1p53, DecimalNumber.isRounded(number, in: slice(range)) { row.isRounded = true }
    return number
  }

  private static func bare(_ word: String) -> String {
    (word.first == "-" || word.first == "+" ? word.dropFirst() : word[...]).lowercased()
  }

  private static func isNaN(_ word: String) -> Bool { bare(word) == "nan" }
  private static func isInfinity(_ word: String) -> Bool { ["inf", "infinity"].contains(bare(word)) }
}
