internal import Kernels
package import Specs

/// Poisson loss on log-rates: `eᵖ − y p`, gradient `eᵖ − y`, the mean over outputs; targets from 0 on (Nelder &
/// Wedderburn 1972).
///
/// For counts: the prediction is `eᵖ`. The term `log y!`, which no prediction changes, is left out, as in PyTorch's
/// `PoissonNLLLoss`. Rates beyond e⁸⁸ have no finite gradient.
package struct Poisson: LossSpec {
  package static let kind = "poisson"
  package static let summary = "counts from log-rates: exp(p) − y p"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }
  package var targetLimit: String? { TargetDomain.nonNegative.text }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("poisson"), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .exponential,
      domain: .nonNegative, constant: .logOfMean)
  }
}
