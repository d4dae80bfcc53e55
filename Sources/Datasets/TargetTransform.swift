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
  /// The function of targets as what becomes of them before they are shifted and scaled.
  func treatments(count: Int) -> [FeatureTreatment] {
    function == .identity || count == 0 ? [] : [FeatureTreatment(features: 0..<count, function: .init(function))]
  }
}
