/// The mean loss of some steps.
struct LossMean: Equatable {
  var loss = 0.0
  var weight = 0.0
  var samples = 0

  mutating func add(_ outcome: StepExecutor.Outcome) {
    guard outcome.isFinite else { return }
    loss += outcome.loss
    weight += outcome.weight
  }

  var value: Double { weight > 0 ? loss / weight : .nan }
}
