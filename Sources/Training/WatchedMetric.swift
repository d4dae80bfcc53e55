internal import Specs

// What early stopping, the choice of the best weights and schedules watch: the loss or a metric, by name.

extension Evaluation.Result {
  /// The loss or a metric; NaN where there is no such metric.
  func value(of metric: String) -> Double {
    metric == "loss" ? loss : metrics.first { $0.name == metric }?.value ?? .nan
  }
}

extension RunConfig {
  /// Whether more of a watched metric is better.
  func higherIsBetter(_ metric: String) -> Bool {
    metrics.first { type(of: $0).kind == metric }.flatMap(\.higherIsBetter) ?? false
  }

  /// Throws unless the metric is the loss or one of the config's.
  func requireMetric(_ metric: String, path: String) throws(ConfigError) {
    let known = ["loss"] + metrics.map { type(of: $0).kind }
    guard known.contains(metric) else {
      throw ConfigError(
        "'\(metric)' is not among the metrics of this config; \(NearestName.hint(metric, among: known))", path: path)
    }
  }
}
