internal import Foundation
package import Specs

/// What a training gave: the same wherever it was made.
package struct TrialResult: Sendable, Equatable {
  /// SHA-256 of the weights; nil where numbers that are not finite have ended it.
  package var weightsHash: String?
  /// Steps that were made.
  package var steps: Int
  /// Metrics on the test rows by name, and why some are none, as files of a run have them; empty where it diverged.
  package var metrics: ConfigValue
  /// Of each test row, where decisions have costs; else none.
  package var scores: [Score]

  /// The probability of the positive class, and the truth.
  package struct Score: Sendable, Equatable {
    package var probability: Double
    package var isPositive: Bool
  }

  package init(weightsHash: String?, steps: Int, metrics: ConfigValue, scores: [Score] = []) {
    (self.weightsHash, self.steps, self.metrics, self.scores) = (weightsHash, steps, metrics, scores)
  }

  package var hasDiverged: Bool { weightsHash == nil }

  /// A metric's number; NaN where there is none.
  package func value(of name: String) -> Double {
    switch metrics[name] {
    case .number(let number)?: number
    case .integer(let number)?: Double(number)
    default: .nan
    }
  }

  /// Why a metric has no number.
  package func reason(of name: String) -> String? {
    if hasDiverged { return "the training diverged" }
    if case .string(let reason)? = metrics["undefined"]?[name] { return reason }
    return nil
  }
}

extension TrialResult: ResultEncodable, ResultDecodable {
  package var json: ConfigValue {
    .object(
      [
        .init("steps", .integer(steps)), .init("weights_sha256", weightsHash.map(ConfigValue.string) ?? .null),
        .init("metrics", metrics),
      ] + (scores.isEmpty ? [] : [.init("scores", .array(scores.map(\.json)))]))
  }

  package init?(json: ConfigValue) {
    guard case .integer(let steps)? = json["steps"], case .object? = json["metrics"] else { return nil }
    var scores: [Score] = []
    if case .array(let values)? = json["scores"] {
      scores = values.compactMap(Score.init(json:))
      guard scores.count == values.count else { return nil }
    }
    let hash: String?
    switch json["weights_sha256"] {
    case .string(let text)?: hash = text
    case .null?: hash = nil
    default: return nil
    }
    self.init(weightsHash: hash, steps: steps, metrics: json["metrics"] ?? .null, scores: scores)
  }
}

extension TrialResult.Score {
  fileprivate var json: ConfigValue { .array([probability.json, .integer(isPositive ? 1 : 0)]) }

  fileprivate init?(json: ConfigValue) {
    guard case .array(let pair) = json, pair.count == 2, let probability = Double(json: pair[0]),
      case .integer(let truth) = pair[1], (0...1).contains(truth)
    else { return nil }
    self.init(probability: probability, isPositive: truth == 1)
  }
}
