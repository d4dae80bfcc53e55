package import Specs

/// Every metric config.json can name, beside the loss. New metric: one file beside this one, one line here.
package enum MetricRegistry {
  package static let all: [any MetricSpec.Type] = [
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
  ]

  package static let registry = Registry<any MetricSpec>(
    "metric",
    all.map { type in .init(type.kind, type.summary) { fields throws(ConfigError) in try type.init(from: fields) } })

  /// Reads the `metrics` list of the root object.
  package static func metrics(from fields: FieldReader) throws(ConfigError) -> [any MetricSpec] {
    try fields.list(
      "metrics", of: try fields.describedSchema(of: registry, path: fields.pathOf("metrics")), default: [],
      "what evaluations report beside the loss"
    ) { value, path throws(ConfigError) in
      try FieldReader.readVariant(value, registry, path: path)
    }
  }
}
