/// A column of text: each label once, and per row its index.
struct TextColumn: Sendable {
  /// -1 where a label is missing.
  private(set) var codes: [Int32] = []
  /// The labels in order of first appearance.
  private(set) var labels: [String] = []
  /// Rows with each label.
  private(set) var rows: [Int] = []
  private var indices: [String: Int32] = [:]
  private var taken = RangeCodes<Int32>()

  mutating func append(_ label: String) { append(code(of: label, rows: 1)) }

  mutating func append(contentsOf labels: [String]) {
    for label in labels { append(label) }
  }

  /// Takes labels of which an empty one is missing.
  mutating func append(orMissing labels: [String]) {
    for label in labels { append(label.isEmpty ? -1 : code(of: label, rows: 1)) }
  }

  private mutating func append(_ code: Int32) { codes.append(code) }

  /// Makes room for so many rows in all.
  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  /// Takes the labels of a range's rows, which are put in for several ranges at once (``fill(_:starts:_:)``).
  ///
  /// - Parameters:
  ///   - texts: those of the rows; one that is a mark is empty where this is asked for.
  ///   - takesMarks: whether a mark for a missing value is one, and not a label.
  ///   - emptyIsMissing: whether an empty label is missing (-1).
  mutating func take(_ texts: borrowing RangeTexts, takesMarks: Bool, emptyIsMissing: Bool) {
    var own = [Int32](repeating: -1, count: texts.entries.count)
    for number in texts.order {
      let label = takesMarks && texts.entries[number].isMark ? "" : texts.text(of: number)
      if label.isEmpty, emptyIsMissing { continue }
      own[number] = code(of: label, rows: texts.counts[number])
    }
    taken.take(own)
  }

  /// Puts in the rows of the ranges that were taken (``RangeCodes``).
  mutating func fill(_ numbers: [[UInt32]], starts: [Int], _ forEach: (Int, (Int, Int) -> Void) -> Void) {
    taken.fill(&codes, numbers, starts: starts, forEach)
  }

  /// Hands out the codes, each made another one; none are left.
  mutating func takeCodes(as others: [Int32], _ threads: ReadingThreads) -> [Int32] {
    var codes: [Int32] = []
    swap(&codes, &self.codes)
    codes.withUnsafeMutableBufferPointer { codes in
      let grain = 1 << 16
      threads.forEach((codes.count + grain - 1) / grain) { item, _ in
        for row in item * grain..<min((item + 1) * grain, codes.count) { codes[row] = others[Int(codes[row])] }
      }
    }
    return codes
  }

  private mutating func code(of label: String, rows count: Int) -> Int32 {
    if let index = indices[label] {
      rows[Int(index)] += count
      return index
    }
    let index = Int32(labels.count)
    indices[label] = index
    labels.append(label)
    rows.append(count)
    return index
  }
}
