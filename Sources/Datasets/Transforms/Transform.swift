package import Kernels
package import Specs

/// A random change of training samples, as config.json states it.
///
/// Changes act on normalized features, in the order of the list, on training samples only. What happens to a sample
/// depends on (seed, epoch, place in the list, sample) alone, so it is the same for any number of ranks and threads.
///
/// The ``Spec/examples`` are for samples of shape [3, 5, 4].
package protocol TransformSpec: Spec {
  /// - Throws: ``ConfigError`` where samples of this shape cannot be changed this way.
  func makeTransform(_ shape: Shape, path: String) throws(ConfigError) -> any Transform
}

/// A change for samples of one shape.
package protocol Transform: Sendable {
  /// Changes one sample in place.
  /// - Parameter random: the sample's own stream of numbers in this epoch.
  func apply(_ sample: UnsafeMutablePointer<Float>, random: RandomStream)
}

/// The changes of samples that config.json can name. New change: one file beside this one, one line below.
package typealias TransformRegistry = Registry<any TransformSpec.Type, any TransformSpec>

extension TransformRegistry {
  package static var standard: TransformRegistry { standardTransforms }
}

private let standardTransforms = TransformRegistry(
  "augmentation",
  [
    GaussianNoise.self,
    HorizontalFlip.self,
    RandomCrop.self,
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }

/// The changes of a run's training samples.
package struct Augmentation: Sendable {
  private let transforms: [any Transform]
  private let seed: UInt64

  /// - Throws: ``ConfigError`` where samples of this shape cannot be changed as asked.
  package init(_ specs: [any TransformSpec], shape: Shape, seed: UInt64, path: String) throws(ConfigError) {
    var transforms: [any Transform] = []
    for (index, spec) in specs.enumerated() {
      transforms.append(try spec.makeTransform(shape, path: "\(path)[\(index)]"))
    }
    self.transforms = transforms
    self.seed = seed
  }

  /// Whether there is nothing to do.
  package var isEmpty: Bool { transforms.isEmpty }

  /// Changes one sample in place.
  package func apply(_ sample: UnsafeMutablePointer<Float>, id: Int, epoch: Int) {
    for (index, transform) in transforms.enumerated() {
      transform.apply(
        sample,
        random: RandomStream(
          seed: seed, purpose: .augmentation, index: UInt64(epoch), slot: UInt32(index), item: UInt64(id)))
    }
  }
}

/// Images as the shapes of samples: [height, width], or [channels, height, width] as in PyTorch.
struct ImageShape: Sendable {
  let channels: Int
  let height: Int
  let width: Int

  /// - Throws: ``ConfigError`` for other shapes.
  init(_ shape: Shape, kind: String, path: String) throws(ConfigError) {
    let extents = shape.extents
    guard extents.count == 2 || extents.count == 3 else {
      throw ConfigError(
        "\(kind) needs samples of shape [height, width] or [channels, height, width], found \(shape)", path: path)
    }
    channels = extents.count == 3 ? extents[0] : 1
    height = extents[extents.count - 2]
    width = extents[extents.count - 1]
  }
}
