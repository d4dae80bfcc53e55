package import Specs

/// Relative entropy `Σⱼ tⱼ (log tⱼ − log softmax(z)ⱼ)` of target shares and outputs, gradient `softmax(z) − t`
/// (Kullback & Leibler 1951); terms with `tⱼ = 0` are 0.
///
/// For distributions as targets, such as another model's probabilities: cross-entropy less the targets' own entropy, so
/// that 0 is perfect.
package struct KLDivergence: LossSpec {
  package static let kind = "kl_divergence"
  package static let summary = "relative entropy of target shares and the softmax of the outputs"
  package static let examples = ["{}", "{ }"]
  package var targets: LossTargets { .values }
  package var targetLimit: String? { DistributionLoss.targetLimit }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    guard context.targetWidth > 1 else {
      throw ConfigError(
        "kl_divergence needs several target columns that add up to 1, found \(context.targetWidth)", path: context.path)
    }
    try context.requireOutputPerTarget()
    return DistributionLoss(classes: context.targetWidth, smoothing: 0, subtractsEntropy: true)
  }
}
