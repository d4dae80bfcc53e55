/// A column of text: each label once, and per row its index.
struct TextColumn: Sendable {
  /// -1 where a label is missing.
  private(set) var codes: [Int32] = []
  /// The labels in order of first appearance.
  private(set) var labels: [String] = []
  private var indices: [String: Int32] = [:]

  mutating func append(_ label: String) {
    if let index = indices[label] {
      codes.append(index)
    } else {
      indices[label] = Int32(labels.count)
      codes.append(Int32(labels.count))
      labels.append(label)
    }
  }

  mutating func append(contentsOf labels: [String]) {
    for label in labels { append(label) }
  }

  /// Makes room for so many rows in all.
  mutating func reserve(_ rows: Int) { codes.reserveCapacity(rows) }

  /// Takes labels of which an empty one is missing.
  mutating func append(orMissing labels: [String]) {
    for label in labels {
      if label.isEmpty {
        codes.append(-1)
      } else {
        append(label)
      }
    }
  }

  /// Takes the rows of a range, of whose texts those that are marks are empty where these are asked for.
  ///
  /// - Parameters:
  ///   - takesMarks: whether a mark for a missing value is one, and not a label.
  ///   - emptyIsMissing: whether an empty label is missing (-1).
  mutating func append(_ texts: RangeTexts, takesMarks: Bool, emptyIsMissing: Bool) {
    var own = [Int32](repeating: -2, count: texts.entries.count)
    for number in texts.codes {
      let number = Int(number)
      if own[number] == -2 {
        let label = takesMarks && texts.entries[number].isMark ? "" : texts.text(of: number)
        if label.isEmpty, emptyIsMissing {
          own[number] = -1
        } else {
          own[number] = code(of: label)
        }
      }
      codes.append(own[number])
    }
  }

  private mutating func code(of label: String) -> Int32 {
    if let index = indices[label] { return index }
    let index = Int32(labels.count)
    indices[label] = index
    labels.append(label)
    return index
  }

  /// Keeps some rows, ascending.
  mutating func keep(_ rows: [Int]) { codes = rows.map { codes[$0] } }
}
