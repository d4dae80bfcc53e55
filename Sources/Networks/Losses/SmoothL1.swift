internal import Kernels
package import Specs

/// Smooth L1 loss: `½ d² / beta` where `|d| < beta`, else `|d| − ½ beta`, d = p − y, the mean over outputs (Girshick
/// 2015): Huber loss over beta, so that the slope far out is 1 for every beta.
package struct SmoothL1: LossSpec {
  package static let kind = "smooth_l1"
  package static let summary = "absolute error, rounded within beta"
  package static let examples = [#"{}"#, #"{"beta": 0.25}"#]
  package var targets: LossTargets { .values }

  var beta: Double
  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    beta = try fields.number("beta", default: 1, in: .positiveFloat, "error from which the loss is the absolute error")
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("smooth_absolute", Float(beta)), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values)
  }
}
