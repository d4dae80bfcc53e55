internal import Kernels
package import Specs

/// Mean squared error: `l = (p − y)²`, gradient `2 (p − y)`, the mean over outputs (Gauss 1809).
///
/// For values whose errors are spread evenly and without outliers: its minimum is the mean.
package struct MeanSquaredError: LossSpec {
  package static let kind = "mse"
  package static let summary = "mean of (p − y)² over outputs"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }
  package var seeksMeans: Bool { true }

  var reduction: OutputReduction

  init(reduction: OutputReduction) { self.reduction = reduction }

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("squared_error"), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values, constant: .mean)
  }
}
