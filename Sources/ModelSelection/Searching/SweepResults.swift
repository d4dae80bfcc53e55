/// What the trials of a search gave at their rungs.
package struct SweepResults: Sendable {
  /// By trial, then by rung from 0; each is one training's result, or one of each fold. A trial has as many rungs as it
  /// has come to.
  package var outcomes: [Int: [[TrialResult]]] = [:]

  package init() {}

  /// The metric's mean over the folds; NaN where one has none.
  package func value(of metric: String, trial: Int, rung: Int) -> Double {
    guard let rungs = outcomes[trial], rungs.indices.contains(rung), !rungs[rung].isEmpty else { return .nan }
    return rungs[rung].reduce(0) { $0 + $1.value(of: metric) } / Double(rungs[rung].count)
  }
}
