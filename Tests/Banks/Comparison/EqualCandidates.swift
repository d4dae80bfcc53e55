internal import Statistics

/// A comparison of candidates that are equal, repeat after repeat.
struct EqualCandidates {
  /// What candidates differ in.
  enum Kind: String, CaseIterable {
    /// In nothing but their initial weights, drawn anew in every fold, as `compare` does: what weights do is part of
    /// the folds' spread.
    case seeds
    /// In nothing but their initial weights, drawn anew in every repeat: its folds share what the weights do, which no
    /// spread between them shows, so that one repeat asks which of two nets is better. Shown to say why it is not done
    /// so.
    case repeatSeeds = "repeat"
    /// Each sees one of several features that are equally good: the rows at hand favor one of them, in every fold and
    /// every repeat.
    case twins
  }

  let task: SimulatedTask
  let folds: Int
  let metrics: [RandomFeatureRidge.Metric]
  let kind: Kind
  /// By metric, then of each candidate, the reference first, the metric in each fold so far.
  private var values: [[[Double]]]
  private(set) var repeats = 0

  init(
    rows: Int, folds: Int, candidates: Int = 2, metrics: [RandomFeatureRidge.Metric], kind: Kind, seed: Int
  ) {
    task = SimulatedTask(
      rows: rows, coefficients: kind == .twins ? SimulatedTask.equal : SimulatedTask.unequal, seed: UInt64(seed))
    self.folds = folds
    self.metrics = metrics
    self.kind = kind
    values = [[[Double]]](repeating: [[Double]](repeating: [], count: candidates), count: metrics.count)
  }

  /// Adds repeats, each with new folds.
  mutating func extend(to count: Int) {
    while repeats < count {
      let parts = task.folds(folds, repeat: repeats)
      for candidate in values[0].indices {
        switch kind {
        case .seeds:
          for fold in 0..<folds {
            append(
              RandomFeatureRidge.metrics(
                task, folds: parts, tested: fold..<fold + 1, candidate: candidate, draw: repeats * folds + fold,
                metrics: metrics), candidate)
          }
        case .repeatSeeds:
          append(
            RandomFeatureRidge.metrics(
              task, folds: parts, tested: 0..<folds, candidate: candidate, draw: repeats, metrics: metrics), candidate)
        case .twins:
          for part in parts {
            append(
              LinearFit.errors(task, outside: part, column: candidate, metrics: metrics).map { [$0] }, candidate)
          }
        }
      }
      repeats += 1
    }
  }

  private mutating func append(_ found: [[Double]], _ candidate: Int) {
    for (metric, folds) in found.enumerated() { values[metric][candidate] += folds }
  }

  var testTrainRatio: Double { 1 / Double(folds - 1) }

  /// The candidates against the reference, over the first repeats, by one of the metrics.
  func comparisons(repeats: Int, metric number: Int = 0) -> [CorrelatedComparison] {
    let count = repeats * folds, values = values[number], reference = values[0].prefix(count), region: Double
    switch metrics[number] {
    case .accuracy: region = 0.01
    case .meanAbsoluteError: region = 0.01 * mean(Array(reference)).magnitude
    }
    return values.dropFirst().map { candidate in
      CorrelatedComparison(
        differences: zip(candidate, reference).map { $0 - $1 }, testTrainRatios: [testTrainRatio], region: region)
    }
  }
}
