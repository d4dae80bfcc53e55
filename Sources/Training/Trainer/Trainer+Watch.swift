internal import Metrics
internal import Networks
internal import Optimization

/// Something that depends on a result of validation.
struct Watch {
  /// Its key in the config.
  let key: String
  let metric: WatchedMetric
  /// Whether the result has not had a finite value yet.
  let isWaiting: Bool
  /// What happens until it has one, and what happened if it never had one.
  let meanwhile: String
  let afterwards: String
}

extension Trainer {
  /// What watches validation in this run.
  var watches: [Watch] {
    var watches: [Watch] = []
    if let best = selection.best {
      let stops = selection.patience != nil, keeps = selection.keepsBest
      watches.append(
        Watch(
          key: stops ? "training.early_stopping" : "training.restore_best", metric: best.metric,
          isWaiting: best.value == nil,
          meanwhile: (stops ? "training is not stopped early" : "")
            + (stops && keeps ? " and " : "") + (keeps ? "no weights are the best" : ""),
          afterwards: (stops ? "training was not stopped early" : "")
            + (stops && keeps ? ", and " : "") + (keeps ? "the last weights are handed over" : "")))
    }
    if let plateauMetric {
      watches.append(
        Watch(
          key: "optimizer.schedule", metric: plateauMetric, isWaiting: plateau.best == nil,
          meanwhile: "the learning rate is not reduced", afterwards: "the learning rate was not reduced"))
    }
    return watches
  }

  /// That a watched result had no value in any validation, and why; nil where it had one, or there was no validation.
  func neverHadValue(_ watch: Watch) -> String? {
    guard watch.isWaiting, let value = waitingSince[watch.key] else { return nil }
    return "validation \(value.name) never had a value (\(value.reason ?? ""))"
  }

  /// A line for each watched result that the config calls by another than its whole name.
  package var watchLines: [String] {
    let words = ["training.early_stopping": config.training.earlyStopping?.metric ?? "loss"]
      .merging(["optimizer.schedule": config.optimizer.schedule.plateau?.metric ?? "loss"]) { first, _ in first }
    return watches.filter { words[$0.key] ?? "loss" != $0.metric.name }.map { "\($0.key) watches \($0.metric.words)" }
  }
}

extension WatchedMetric {
  /// The result and what is better.
  var words: String { "validation \(name), \(higherIsBetter ? "more" : "less") is better" }
}
