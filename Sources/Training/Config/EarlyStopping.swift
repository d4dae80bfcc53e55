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
