internal import Kernels
package import Specs

/// Tweedie deviance of a power between 1 and 2 on the logarithm of the mean, μ = eᵖ (Jørgensen 1987):
/// `2 (y^(2−ρ) / ((1−ρ)(2−ρ)) − y μ^(1−ρ) / (1−ρ) + μ^(2−ρ) / (2−ρ))`; targets from 0 on.
///
/// For amounts that are often exactly 0, like claims: Poisson is the limit at 1, gamma at 2. The prediction is `eᵖ`.
package struct TweedieDeviance: LossSpec {
  package static let kind = "tweedie"
  package static let summary = "amounts that are often 0, from the logarithm of the mean"
  package static let examples = [#"{}"#, #"{"power": 1.2}"#]
  package var targets: LossTargets { .values }
  package var targetLimit: String? { TargetDomain.nonNegative.text }

  var power: Double
  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    power = try fields.number(
      "power", default: 1.5, in: Interval(1, 2, includesLower: false, includesUpper: false),
      "variance is the mean to this power")
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return ElementwiseLoss(
      element: ElementLoss("tweedie", Float(1 - power), Float(2 - power)), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .exponential,
      domain: .nonNegative, constant: .logOfMean)
  }
}
