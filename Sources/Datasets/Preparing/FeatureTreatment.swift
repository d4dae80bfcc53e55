internal import Kernels
internal import Specs

/// What is done to numbers besides shifting and scaling them: one stands for those that are missing, and a function is
/// taken.
///
/// `x' = clip((f(x) − shift) / scale)` where `x` is there, and the same of ``fill`` where it is not; in double, rounded
/// to float32 once.
package struct FeatureTreatment: Sendable, Equatable {
  /// Neighbours; of a category all that it has.
  package var features: Range<Int>
  /// The number that stands for a missing one, in the units of the file; nil: none is missing.
  package var fill: Double?
  /// The code that stands for a missing one, of a category.
  package var fillCode: Int?
  package var function: FeatureFunction
  /// Whether what was shifted and scaled is kept within ±3, smoothly.
  package var isClipped: Bool

  package init(
    features: Range<Int>, fill: Double? = nil, fillCode: Int? = nil, function: FeatureFunction = .identity,
    isClipped: Bool = false
  ) {
    self.features = features
    self.fill = fill
    self.fillCode = fillCode
    self.function = function
    self.isClipped = isClipped
  }

  /// Whether a number that is there is only shifted and scaled.
  var isFillAlone: Bool { function == .identity && !isClipped }

  /// The number before it is shifted and scaled.
  func value(_ raw: Double) -> Double { function(raw.isNaN ? fill ?? raw : raw) }
}

/// All that becomes of features until a network reads them.
struct FeaturePreparation: Equatable {
  var normalization = Normalization.identity
  /// In the order of the features, each of one at most; most have none.
  var treatments: [FeatureTreatment] = []
}

extension DataDescription {
  /// What a network reads of a raw number of a feature.
  var preparedFeatures: (_ raw: Double, _ feature: Int) -> Float {
    var places: [Int: Int] = [:]
    for (index, treatment) in treatments.enumerated() where featureShape.extents.count == 1 {
      for feature in treatment.features { places[feature] = index }
    }
    let (normalization, treatments, isPooled) = (normalization, treatments, featureShape.extents.count > 1)
    return { raw, feature in
      let (shift, scale) = normalization[feature]
      let treatment = isPooled ? treatments.first : places[feature].map { treatments[$0] }
      let value = treatment?.value(raw) ?? raw
      let scaled =
        switch normalization.formula {
        case .divided: (value - shift) / scale
        case .multiplied, .float32: (value - shift) * scale
        }
      return Float(treatment?.isClipped == true ? FeatureFunction.smoothlyClipped(scaled) : scaled)
    }
  }
}
