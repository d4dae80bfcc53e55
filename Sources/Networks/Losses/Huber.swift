internal import Kernels
package import Specs

/// Huber loss: `½ d²` where `|d| ≤ delta`, else `delta (|d| − ½ delta)`, d = p − y, the mean over outputs (Huber 1964).
///
/// For values with some outliers: squared error for the many, absolute error for the few. `delta` is the error (in the
/// targets' units, after normalization) from which a sample counts as an outlier.
package struct Huber: LossSpec {
  package static let kind = "huber"
  package static let summary = "squared up to delta, straight beyond"
  package static let examples = [#"{}"#, #"{"delta": 0.5, "reduction": "sum"}"#]
  package var targets: LossTargets { .values }

  var delta: Double
  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    delta = try fields.number(
      "delta", default: 1, in: .positiveFloat, "error from which the loss grows in a straight line")
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("huber", Float(delta)), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values)
  }
}
