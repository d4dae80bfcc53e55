internal import Statistics

/// A comparison of candidates that are equal, repeat after repeat.
struct EqualCandidates {
  /// What candidates differ in.
  enum Kind: String, CaseIterable {
    /// In nothing but their initial weights, drawn anew in every fold, as `compare` does: what weights do is part of the folds'
    /// spread.
    case seeds
    /// In nothing but their initial weights, drawn anew in every repeat: its folds share what the weights do, which no spread
    /// between them shows, so that one repeat asks which of two nets is better. Shown to say why it is not done so.
    case repeatSeeds = "repeat"
    /// Each sees one of several features that are equally good: the rows at hand favor one of them, in every fold and every
    /// repeat.
    case twins
  }

  let task: SimulatedTask
  let folds: Int
  let metric: RandomFeatureRidge.Metric
  let kind: Kind
  /// Of each candidate, the reference first, the metric in each fold so far.
  private(set) var values: [[Double]]
  private(set) var repeats = 0

  init(rows: Int, folds: Int, candidates: Int = 2, metric: RandomFeatureRidge.Metric, kind: Kind, seed: Int) {
    task = SimulatedTask(
      rows: rows, coefficients: kind == .twins ? SimulatedTask.equal : SimulatedTask.unequal, seed: UInt64(seed))
    self.folds = folds
    self.metric = metric
    self.kind = kind
    values = [[Double]](repeating: [], count: candidates)
  }

  /// Adds repeats, each with new folds.
  mutating func extend(to count: Int) {
    while repeats < count {
      let parts = task.folds(folds, repeat: repeats)
      for candidate in values.indices {
        switch kind {
        case .seeds:
          for fold in 0..<folds {
            values[candidate] += RandomFeatureRidge.metrics(
              task, folds: parts, tested: fold..<fold + 1, candidate: candidate, draw: repeats * folds + fold,
              metric: metric)
          }
        case .repeatSeeds:
          values[candidate] += RandomFeatureRidge.metrics(
            task, folds: parts, tested: 0..<folds, candidate: candidate, draw: repeats, metric: metric)
        case .twins:
          values[candidate] += parts.map { LinearFit.error(task, outside: $0, column: candidate, metric: metric) }
        }
      }
      repeats += 1
    }
  }

  var testTrainRatio: Double { 1 / Double(folds - 1) }

  /// The candidates against the reference, over the first repeats.
  func comparisons(repeats: Int) -> [CorrelatedComparison] {
    let count = repeats * folds, reference = values[0].prefix(count), region: Double
    switch metric {
    case .accuracy: region = 0.01
    case .meanAbsoluteError: region = 0.01 * mean(Array(reference)).magnitude
    }
    return values.dropFirst().map { candidate in
      CorrelatedComparison(
        differences: zip(candidate, reference).map { $0 - $1 }, testTrainRatios: [testTrainRatio], region: region)
    }
  }
}
