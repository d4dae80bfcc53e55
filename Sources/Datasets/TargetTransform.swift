package import Kernels

/// How value targets are brought to a common scale; each has an exact inverse, which predictions and metrics take.
package enum TargetTransform: String, CaseIterable, Sendable {
  /// As they are.
  case none
  /// Mean 0 and standard deviation 1.
  case standard
  /// The logarithms of numbers above 0, of mean 0 and standard deviation 1.
  case log
  /// The logarithms of 1 + y, of numbers above −1; of mean 0 and standard deviation 1.
  case log1p

  /// What each does, for summaries of keys.
  static let words =
    "standard (mean 0, deviation 1), log and log1p (logarithms of y and of 1 + y, then standard) or none"

  /// The transform of a target that a column's rule names; nil: it is one for features alone.
  init?(_ method: NormalizationMethod) {
    switch method {
    case .none: self = .none
    case .standard: self = .standard
    case .log: self = .log
    case .log1p: self = .log1p
    case .minmax, .robust, .quantile, .scale: return nil
    }
  }

  /// What is taken of a target before it is shifted and scaled.
  package var function: Normalization.Function {
    switch self {
    case .none, .standard: .identity
    case .log: .log
    case .log1p: .log1p
    }
  }

  /// What the function is taken of, in formulas.
  package var formula: String {
    switch self {
    case .none: "value"
    case .standard: "(value − mean) / deviation"
    case .log: "(log(value) − mean) / deviation, mean and deviation those of the logarithms"
    case .log1p: "(log(1 + value) − mean) / deviation, mean and deviation those of the logarithms"
    }
  }
}

extension FeatureFunction {
  init(_ function: Normalization.Function) {
    self =
      switch function {
      case .identity: .identity
      case .log: .log
      case .log1p: .log1p
      }
  }
}

extension Normalization {
  /// The functions of targets as what becomes of them before they are shifted and scaled.
  func treatments(count: Int) -> [FeatureTreatment] {
    var treatments: [FeatureTreatment] = []
    for target in logarithms(of: count) {
      let function = FeatureFunction(function(of: target))
      if let last = treatments.last, last.features.upperBound == target, last.function == function {
        treatments[treatments.count - 1].features = last.features.lowerBound..<target + 1
      } else {
        treatments.append(FeatureTreatment(features: target..<target + 1, function: function))
      }
    }
    return treatments
  }
}
