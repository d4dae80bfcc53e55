internal import Metrics

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

  /// Takes notice of an evaluation. A value that is not finite is no improvement on one that is; until there was one,
  /// nothing is waited for.
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
