internal import Kernels
package import Specs

/// A trained tensor that a layer asks for: its canonical shape, how it starts, how it is kept in memory.
package struct Parameter: Sendable {
  /// The order of elements in the arena.
  package enum Storage: Sendable, Equatable {
    /// As in files.
    case canonical
    /// A matrix `[outer, inner]` in files, kept as the packed form of its transpose (`inner` × `outer`).
    case packed(inner: Int, outer: Int)
  }

  /// The name within the layer, like `weight`.
  package var name: String
  package var shape: Shape
  package var storage: Storage
  package var initializer: any InitializerSpec
  /// Inputs and outputs of one unit, for the initializer.
  package var fanIn: Int
  package var fanOut: Int

  package init(
    name: String, shape: Shape, storage: Storage, initializer: any InitializerSpec, fanIn: Int, fanOut: Int
  ) {
    (self.name, self.shape, self.storage) = (name, shape, storage)
    (self.initializer, self.fanIn, self.fanOut) = (initializer, fanIn, fanOut)
  }

  /// Elements in files.
  package var count: Int { shape.count }

  /// Whether it has one axis, as biases have.
  package var isVector: Bool { shape.extents.count < 2 }

  /// Floats in the arena, padding included, a multiple of 16.
  package var storedCount: Int {
    switch storage {
    case .canonical: (count + 15) / 16 * 16
    case .packed(let inner, let outer): DenseProduct.packedCount(inner: inner, outer: outer)
    }
  }

  /// Where a canonical element is within the parameter's slice of the arena.
  package func storedIndex(_ index: Int) -> Int {
    switch storage {
    case .canonical: index
    case .packed(let inner, let outer):
      DenseProduct.packedIndex(index % inner, index / inner, inner: inner, outer: outer)
    }
  }
}
