/// A field of the data that a network reads: numbers of a sample, or whole numbers like ids of tokens, masks and
/// lengths.
package struct NetworkInput: Sendable, Hashable {
  /// What layers call it in their `inputs`.
  package var name: String
  package var port: Port

  package init(_ name: String, _ port: Port) {
    self.name = name
    self.port = port
  }

  /// What layers may call the only input, whatever its own name is.
  package static let only = "input"
}

extension Port.Element {
  /// What a sentence calls some of them: `float32 or int32`.
  static func words(_ elements: [Port.Element]) -> String { elements.map(\.rawValue).joined(separator: " or ") }
}
