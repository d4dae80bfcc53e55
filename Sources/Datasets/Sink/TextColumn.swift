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

  /// Keeps some rows, ascending.
  mutating func keep(_ rows: [Int]) { codes = rows.map { codes[$0] } }
}
