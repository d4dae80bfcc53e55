internal import Kernels
package import Specs

/// Gamma deviance on the logarithm of the mean: `2 (y / μ − 1 − log(y / μ))`, μ = eᵖ; targets above 0 (McCullagh &
/// Nelder 1989).
///
/// For positive values whose deviation grows with their mean, like amounts and durations: the prediction is `eᵖ`.
package struct GammaDeviance: LossSpec {
  package static let kind = "gamma"
  package static let summary = "positive values from the logarithm of the mean"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }
  package var targetLimit: String? { TargetDomain.positive.text }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("gamma"), width: context.targetWidth, factor: reduction.scale(outputs: context.targetWidth),
      prediction: .exponential,
      domain: .positive, constant: .logOfMean)
  }
}
