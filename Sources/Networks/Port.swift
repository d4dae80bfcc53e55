internal import Kernels
package import Specs

/// What flows between layers: the shape of one sample, the type of its elements, and where they are in memory.
///
/// The last axis has the *channels*, the axes before it the *positions*: a row of memory is positions × channels,
/// channels last. Floats between a position's channels and the next position are padding, 0 by contract, as those
/// behind a row are.
package struct Port: Sendable, Hashable, CustomStringConvertible {
  /// The type of elements.
  package enum Element: String, Sendable {
    case float32
    case int32
  }

  package let shape: Shape
  package let element: Element
  /// Elements of the last axis.
  package let channels: Int
  /// Elements of the other axes together.
  package let positions: Int
  /// Elements from one position to the next.
  package let channelStride: Int
  /// Elements from one row to the next, a multiple of 16.
  package let rowStride: Int

  /// Elements as data come: nothing between positions.
  package init(_ shape: Shape, element: Element = .float32) {
    self.init(shape, element: element, stride: nil)
  }

  /// Positions that are equally far apart through all rows, each on a cache line of its own.
  ///
  /// - Parameter channelStride: a multiple of 16, at least ``channels``; of no effect where there is one position.
  package init(_ shape: Shape, channelStride: Int) {
    self.init(shape, element: .float32, stride: channelStride)
  }

  private init(_ shape: Shape, element: Element, stride: Int?) {
    self.shape = shape
    self.element = element
    channels = shape.extents.last ?? 1
    positions = shape.extents.dropLast().reduce(1, *)
    if let stride, positions > 1 {
      precondition(stride >= channels && stride % 16 == 0, "positions lie on cache lines")
      channelStride = stride
      rowStride = positions * stride
    } else {
      channelStride = channels
      rowStride = Matrix.stride(for: positions * channels)
    }
  }

  /// The output that kernels like best: a stride that keeps positions out of the same sets of the cache.
  package static func aligned(_ shape: Shape) -> Port {
    Port(shape, channelStride: Matrix.stride(for: shape.extents.last ?? 1))
  }

  package var count: Int { positions * channels }
  /// Elements of a row in memory, padding between positions included.
  package var rowCount: Int { positions * channelStride }
  /// Whether there is padding between positions; where there is none, a row is flat in memory.
  package var isPadded: Bool { channelStride != channels }
  /// Runs of elements without padding between them, ``channelStride`` apart: the whole row, or its positions.
  package var runs: (count: Int, length: Int) { isPadded ? (positions, channels) : (1, count) }
  /// Where an element is in its row.
  package func place(_ index: Int) -> Int { index / channels * channelStride + index % channels }
  package var description: String { element == .float32 ? shape.description : "\(shape) \(element.rawValue)" }

  /// The axes of the positions, with other channels.
  package func withChannels(_ channels: Int) -> Shape { Shape(Array(shape.extents.dropLast()) + [channels]) }
}
