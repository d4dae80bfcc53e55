internal import Kernels
package import Specs

/// Mean absolute error: `l = |p − y|`, gradient the sign of `p − y`, 0 at 0, the mean over outputs (Laplace 1774).
///
/// For values with outliers, which count no more than their distance: its minimum is the median.
package struct MeanAbsoluteError: LossSpec {
  package static let kind = "mae"
  package static let summary = "mean of |p − y| over outputs"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("absolute_error"), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values, constant: .median)
  }
}
