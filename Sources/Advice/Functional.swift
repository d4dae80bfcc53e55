/// What of the targets' distribution a model is to predict.
package enum Functional: Sendable, Equatable {
  case mean
  case median
  /// The value that a share of targets lies below.
  case quantile(Double)
  /// The probability of yes, or of each label.
  case probability
  /// The probabilities of all classes.
  case distribution
  /// The order of rows alone.
  case ranking

  /// One word, and the level of a quantile: `quantile:0.9`.
  package var text: String {
    switch self {
    case .mean: "mean"
    case .median: "median"
    case .quantile(let level): "quantile:\(level)"
    case .probability: "probability"
    case .distribution: "distribution"
    case .ranking: "ranking"
    }
  }

  /// Reads what ``text`` writes; nil for other words, and for levels that are not between 0 and 1.
  package init?(_ text: String) {
    switch text {
    case "mean": self = .mean
    case "median": self = .median
    case "probability": self = .probability
    case "distribution": self = .distribution
    case "ranking": self = .ranking
    default:
      guard text.hasPrefix("quantile:"), let level = Double(text.dropFirst(9)), level >= 1e-6, level <= 1 - 1e-6 else {
        return nil
      }
      self = .quantile(level)
    }
  }
}
