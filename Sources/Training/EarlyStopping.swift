package import Specs

/// When training ends early, `training.early_stopping`.
package struct EarlyStopping: Sendable, Equatable {
  /// `loss`, or a metric of the config.
  package var metric: String
  /// Evaluations without an improvement before training stops.
  package var patience: Int
  /// The least change that counts as an improvement.
  package var minimumChange: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    metric = try fields.text("metric", default: "loss", "what is watched: loss or a metric, on the validation part")
    patience = try fields.integer(
      "patience", default: 5, in: 1...1_000_000, "evaluations without an improvement before training stops")
    minimumChange = try fields.number(
      "min_delta", default: 0, in: .nonNegative, "the least change that counts as an improvement")
  }
}

/// The best evaluation so far.
struct BestResult: Sendable {
  let metric: String
  let higherIsBetter: Bool
  private let minimumChange: Double
  private(set) var value: Double?
  private(set) var step = 0
  /// Evaluations since the best one.
  private(set) var waited = 0

  init(metric: String, higherIsBetter: Bool, minimumChange: Double) {
    self.metric = metric
    self.higherIsBetter = higherIsBetter
    self.minimumChange = minimumChange
  }

  /// Goes on from what was noticed before.
  mutating func resume(value: Double?, step: Int, waited: Int) {
    self.value = value
    self.step = step
    self.waited = waited
  }

  /// Takes notice of an evaluation; a value that is not a number is no improvement.
  /// - Returns: whether it is the best.
  mutating func note(_ value: Double, step: Int) -> Bool {
    let gain = self.value.map { higherIsBetter ? value - $0 : $0 - value } ?? .infinity
    guard !value.isNaN, gain > minimumChange || (self.value == nil) else {
      waited += 1
      return false
    }
    self.value = value
    self.step = step
    waited = 0
    return true
  }
}
