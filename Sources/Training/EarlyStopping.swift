internal import Metrics
package import Specs

/// When training ends early, `training.early_stopping`.
package struct EarlyStopping: Sendable, Equatable {
  /// The name of a validation result, or its unambiguous beginning.
  package var metric: String
  /// Evaluations without an improvement before training stops.
  package var patience: Int
  /// The least change that counts as an improvement.
  package var minimumChange: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    metric = try fields.text(
      "metric", default: "loss", "what is watched: loss or a metric's result, on the validation part")
    patience = try fields.integer(
      "patience", default: 5, in: 1...1_000_000, "evaluations without an improvement before training stops")
    minimumChange = try fields.number(
      "min_delta", default: 0, in: .nonNegative, "the least change that counts as an improvement")
  }
}

/// The best evaluation so far.
struct BestResult: Sendable {
  let metric: WatchedMetric
  private let minimumChange: Double
  /// The best value; nil until there is a finite one.
  private(set) var value: Double?
  private(set) var step = 0
  /// Evaluations since the best one.
  private(set) var waited = 0

  init(metric: WatchedMetric, minimumChange: Double) {
    self.metric = metric
    self.minimumChange = minimumChange
  }

  /// Goes on from what was noticed before.
  mutating func resume(value: Double?, step: Int, waited: Int) {
    self.value = value
    self.step = step
    self.waited = waited
  }

  /// Takes notice of an evaluation. A value that is not finite is no improvement on one that is; until there was one, nothing is
  /// waited for.
  /// - Returns: whether it is the best.
  mutating func note(_ value: Double, step: Int) -> Bool {
    if let best = self.value {
      let gain = metric.higherIsBetter ? value - best : best - value
      guard value.isFinite, gain > minimumChange else {
        waited += 1
        return false
      }
    } else if !value.isFinite {
      return false
    }
    self.value = value
    self.step = step
    waited = 0
    return true
  }
}
