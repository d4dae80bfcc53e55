internal import Kernels
package import Specs

/// Log-cosh: `log cosh(p − y)`, gradient `tanh(p − y)`, the mean over outputs.
///
/// For values with outliers, like Huber loss with delta 1 but smooth everywhere: `½ d²` near 0, `|d| − log 2` far out.
package struct LogCosh: LossSpec {
  package static let kind = "log_cosh"
  package static let summary = "log cosh(p − y), smooth and robust"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("log_cosh"), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values)
  }
}
