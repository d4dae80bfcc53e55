/// Names of results that are watched, and names that would stand twice.
extension ErrorCase {
  private static let validation = #"data.validation={"fraction": 0.4}"#

  private static func watched(
    _ key: String, _ value: String, metrics: String = #"["accuracy"]"#, ranks: [Int] = [0], says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "watched: \(key)=\(value)", overrides: [validation, "metrics=\(metrics)", "\(key)=\(value)"], code: 78,
      ranks: ranks, says: says)
  }

  private static let stopping = "training.early_stopping", schedule = "optimizer.schedule"

  static let watching: [ErrorCase] = [
    watched(
      stopping, #"{"metric": "f1"}"#, ranks: [0, 2],
      says: #"training.early_stopping.metric: 'f1' is not among the metrics of this config; add "f1" to metrics"#),
    watched(stopping, #"{"metric": "val_acuracy"}"#, says: "did you mean 'accuracy'? known: loss, accuracy"),
    watched(
      stopping, #"{"metric": "recall"}"#, metrics: #"[{"type": "recall", "average": "none"}]"#,
      says: "'recall' may mean recall.0, recall.1; give one of these names"),
    watched(
      stopping, #"{"metric": "confusion_matrix"}"#, metrics: #"["confusion_matrix"]"#, ranks: [0, 2],
      says: "confusion_matrix cannot be watched: neither more nor less of it is better; known: loss"),
    watched(stopping, #"{"metric": "train_loss"}"#, says: "only the validation part is watched; write 'loss'"),
    watched(
      schedule, #"{"type": "reduce_on_plateau", "metric": "r2"}"#, ranks: [0, 2],
      says: "optimizer.schedule.metric: 'r2' is not among the metrics of this config; known: loss, accuracy"),
    watched(
      schedule, #"{"type": "reduce_on_plateau", "metric": "confusion_matrix.0.1"}"#,
      metrics: #"["confusion_matrix"]"#, says: "cannot be watched"),
    set("training.early_stopping", #"{"metric": "loss"}"#, says: "needs validation data"),
    set(
      "metrics", #"["accuracy", "accuracy"]"#, says: "metrics[1]: the result 'accuracy' is that of metrics[0] already"),
    alone("metrics", #"["f1", {"type": "f1", "average": "auto"}]"#, says: "the result 'f1' is that of metrics[0]"),
    alone(
      "metrics", #"[{"type": "expected_cost", "false_positive": 2}, "expected_cost"]"#,
      says: "the result 'expected_cost' is that of metrics[0]"),
    quantiles("[0.5, 0.5]", says: "loss.quantiles: the quantile 0.5 stands twice; give each level once"),
    quantiles("[0.9, 0.1, 0.9000000001]", says: "0.9 and 0.9000000001 are the same quantile"),
  ]

  private static func quantiles(_ levels: String, says: String) -> ErrorCase {
    let count = levels.split(separator: ",").count
    return ErrorCase(
      name: "quantiles \(levels)",
      overrides: [#"loss={"type": "quantile", "quantiles": \#(levels)}"#, "model.layers[0].units=\(count)"], code: 78,
      ranks: [0, 2], says: says)
  }
}
