internal import Specs
internal import Training

/// What a comparison has to know of a metric beside which way is better.
struct MetricTraits: Equatable {
  /// Whether its numbers lie between 0 and 1, or are shares that end at 1: there a hundredth is a hundredth, however
  /// large the mean.
  var isShare = false
  /// Whether it is a mean over samples; else a fold's number is not what its rows have in common, and it varies with
  /// their count.
  var isMean = true
  /// The losses that make just this small.
  var losses: [String] = []

  /// Of a kind of the registry; of one that is not here: an amount, a mean.
  static func of(_ kind: String) -> MetricTraits { table[kind] ?? MetricTraits() }

  private static let table: [String: MetricTraits] = [
    "accuracy": .init(isShare: true),
    "top_k_accuracy": .init(isShare: true),
    "precision": .init(isShare: true, isMean: false),
    "recall": .init(isShare: true, isMean: false),
    "f1": .init(isShare: true, isMean: false),
    "specificity": .init(isShare: true, isMean: false),
    "balanced_accuracy": .init(isShare: true, isMean: false),
    "matthews_correlation": .init(isShare: true, isMean: false),
    "roc_auc": .init(isShare: true, isMean: false),
    "average_precision": .init(isShare: true, isMean: false),
    "log_loss": .init(losses: ["binary_cross_entropy", "categorical_cross_entropy"]),
    "brier_score": .init(isShare: true),
    "expected_calibration_error": .init(isShare: true, isMean: false),
    "mae": .init(losses: ["mae"]),
    "rmse": .init(isMean: false, losses: ["mse"]),
    "median_absolute_error": .init(isMean: false),
    "r2": .init(isShare: true, isMean: false, losses: ["mse"]),
    "explained_variance": .init(isShare: true, isMean: false),
    "pinball_loss": .init(losses: ["quantile"]),
    "coverage": .init(isShare: true),
    "quantile_crossing": .init(isShare: true),
    "msle": .init(losses: ["msle"]),
    "poisson_deviance": .init(losses: ["poisson"]),
  ]

  /// Whether it is what the training of a config makes small.
  func isMadeSmall(by config: RunConfig) -> Bool {
    let loss = config.resolved["loss"]
    guard case .string(let kind)? = loss?["type"] else { return false }
    // Half the absolute error.
    let isMedian = kind == "quantile" && loss?["quantiles"] == .array([.number(0.5)])
    return losses.contains(kind) || isMedian && losses.contains("mae")
  }
}
