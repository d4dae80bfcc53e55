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

  /// What becomes of features before that, in their order.
  let treatments: [FeatureTreatment]

  init(_ normalization: Normalization, _ treatments: [FeatureTreatment] = [], count: Int) {
    self.treatments = treatments
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

  /// Neighbouring features cut where treatments begin and end: pieces of none, and pieces of which each feature has
  /// one.
  ///
  /// - Parameter isFloat: whether a number can be missing; else one that is only filled has no treatment.
  func pieces(of features: Range<Int>, isFloat: Bool) -> [(
    features: Range<Int>, treatments: ArraySlice<FeatureTreatment>
  )] {
    // Treatments are in the order of the features.
    var low = 0, high = treatments.count
    while low < high {
      let middle = (low + high) / 2
      if treatments[middle].features.upperBound <= features.lowerBound { low = middle + 1 } else { high = middle }
    }
    var pieces: [(features: Range<Int>, treatments: ArraySlice<FeatureTreatment>)] = [], end = features.lowerBound
    for index in treatments.indices[low...] where treatments[index].features.lowerBound < features.upperBound {
      let treatment = treatments[index], own = treatment.features.clamped(to: features)
      guard isFloat || !treatment.isFillAlone || treatment.fillCode != nil else { continue }
      if own.lowerBound > end { pieces.append((end..<own.lowerBound, [])) }
      if let last = pieces.last, !last.treatments.isEmpty, last.features.upperBound == own.lowerBound,
        last.treatments.endIndex == index
      {
        pieces[pieces.count - 1].features = last.features.lowerBound..<own.upperBound
        pieces[pieces.count - 1].treatments = treatments[last.treatments.startIndex...index]
      } else {
        pieces.append((own, treatments[index...index]))
      }
      end = own.upperBound
    }
    if end < features.upperBound { pieces.append((end..<features.upperBound, [])) }
    return pieces
  }

  var shift: UnsafePointer<Double> { UnsafePointer(memory.pointer) }
  var scale: UnsafePointer<Double> { UnsafePointer(memory.pointer + count) }
}
