package import Specs

/// A trained tensor that a layer asks for: its canonical shape, how it starts, how it is kept in memory.
package struct Parameter: Sendable {
  /// The name within the layer, like `weight`.
  package var name: String
  package var shape: Shape
  package var storage: ParameterStorage
  package var initializer: any InitializerSpec
  /// Inputs and outputs of one unit, for the initializer.
  package var fanIn: Int
  package var fanOut: Int

  /// - Parameter storage: nil: as in files.
  package init(
    name: String, shape: Shape, storage: ParameterStorage? = nil, initializer: any InitializerSpec, fanIn: Int,
    fanOut: Int
  ) {
    self.name = name
    self.shape = shape
    self.storage = storage ?? .canonical(count: shape.count)
    self.initializer = initializer
    self.fanIn = fanIn
    self.fanOut = fanOut
  }

  /// Elements in files.
  package var count: Int { shape.count }

  /// Whether it has one axis, as biases have.
  package var isVector: Bool { shape.extents.count < 2 }

  /// Floats in the arena, padding included, a multiple of 16.
  package var storedCount: Int { storage.storedCount }

  /// Where a canonical element is within the parameter's slice of the arena.
  package func storedIndex(_ index: Int) -> Int { storage.storedIndex(index) }
}
