package import Kernels
package import Specs

/// A link that predicts the values of targets.
package protocol ValuePrediction: Prediction {
  /// Values of one sample's target.
  func width(outputs: Int) -> Int
  /// The predicted value of a target, in the data's units.
  func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double
}

extension ValuePrediction {
  package func width(outputs: Int) -> Int { outputs }
}

/// A link that predicts quantiles of targets.
package protocol QuantilePrediction: ValuePrediction {
  /// The share of targets that should lie below each quantile.
  var levels: [Double] { get }
  /// The predicted quantile of a target at the level with this index, in the data's units.
  func quantile(_ level: Int, _ column: Int, _ outputs: OutputRow, units: Normalization) -> Double
}

extension Prediction {
  /// Throws where two quantiles are the same in the arithmetic of the loss: their outputs would learn the same, under
  /// one name.
  package func requireDistinctLevels(path: String) throws(ConfigError) {
    guard let levels = (self as? any QuantilePrediction)?.levels else { return }
    for (index, level) in levels.enumerated() {
      guard let earlier = levels[..<index].first(where: { Float($0) == Float(level) }) else { continue }
      let found =
        earlier == level ? "the quantile \(level) stands twice" : "\(earlier) and \(level) are the same quantile"
      throw ConfigError("\(found); give each level once", path: path)
    }
  }
}
