internal import Kernels
internal import Platform

/// A normalization spread out over all features, where kernels read it.
final class NormalizationPairs: @unchecked Sendable {
  // Written before this object is handed on.
  private let memory: AlignedBuffer<Double>
  private let count: Int
  /// What kernels do with them.
  let affine: RowGather.Affine
  /// What they do not do; nil: nothing is left.
  let rest: Normalization?

  init(_ normalization: Normalization, count: Int) {
    self.count = max(1, count)
    affine = normalization.affine
    rest = normalization.formula == .float32 && !normalization.isIdentity ? normalization : nil
    memory = AlignedBuffer(count: 2 * self.count)
    for feature in 0..<count {
      let pair = normalization[feature]
      memory.pointer[feature] = pair.shift
      memory.pointer[self.count + feature] = pair.scale
    }
  }

  var shift: UnsafePointer<Double> { UnsafePointer(memory.pointer) }
  var scale: UnsafePointer<Double> { UnsafePointer(memory.pointer + count) }
}
