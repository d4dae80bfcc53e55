/// A column of text: each label once, and per row its index.
struct TextColumn: Sendable {
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

  /// Keeps some rows, ascending.
  mutating func keep(_ rows: [Int]) { codes = rows.map { codes[$0] } }
}

/// What rows have in common with others, or what tells them apart.
package struct KeyColumn: Sendable {
  package var name: String
  /// ``SourceField/Role/group`` or ``SourceField/Role/id``.
  package var role: SourceField.Role
  var column: TextColumn

  /// The labels of some rows.
  package func labels(_ rows: some Sequence<Int>) -> [String] { rows.map { column.labels[Int(column.codes[$0])] } }
}
