package import Specs

/// What flows between layers: the shape of one sample and the type of its elements.
package struct Port: Sendable, Hashable, CustomStringConvertible {
  /// The type of elements.
  package enum Element: String, Sendable {
    case float32
    case int32
  }

  package var shape: Shape
  package var element: Element

  package init(_ shape: Shape, element: Element = .float32) {
    self.shape = shape
    self.element = element
  }

  package var count: Int { shape.count }
  package var description: String { element == .float32 ? shape.description : "\(shape) \(element.rawValue)" }
}
