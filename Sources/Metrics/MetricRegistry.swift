package import Specs

/// The metrics that config.json can name, beside the loss. New metric: one file beside this one, one line below.
package typealias MetricRegistry = Registry<any MetricSpec.Type, any MetricSpec>

extension MetricRegistry {
  package static var standard: MetricRegistry { standardMetrics }

  /// Reads the `metrics` list of the root object.
  package static func metrics(from fields: FieldReader) throws(ConfigError) -> [any MetricSpec] {
    try fields.list(
      "metrics", of: try fields.describedSchema(of: standard, path: fields.pathOf("metrics")), default: [],
      "what evaluations report beside the loss"
    ) { value, path throws(ConfigError) in
      try fields.readVariant(value, standard, path: path)
    }
  }
}

private let standardMetrics = MetricRegistry(
  "metric",
  [
    Accuracy.self,
    TopKAccuracy.self,
    Precision.self,
    Recall.self,
    F1.self,
    Specificity.self,
    BalancedAccuracy.self,
    MatthewsCorrelation.self,
    ConfusionMatrix.self,
    ROCAUC.self,
    AveragePrecision.self,
    LogLoss.self,
    BrierScore.self,
    ExpectedCalibrationError.self,
    ExpectedCost.self,
    MAE.self,
    RMSE.self,
    MedianAbsoluteError.self,
    MAPE.self,
    SMAPE.self,
    R2.self,
    ExplainedVariance.self,
    PinballLoss.self,
    Coverage.self,
    QuantileCrossing.self,
    MSLE.self,
    PoissonDeviance.self,
  ],
  spec: { $0 }
) { type, fields throws(ConfigError) in try type.init(from: fields) }
