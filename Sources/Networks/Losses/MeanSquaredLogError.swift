internal import Kernels
package import Specs

/// Mean squared logarithmic error: `(log(1 + p) − log(1 + y))²`, the mean over outputs; targets above −1.
///
/// For values that grow exponentially, where the ratio to the truth matters: an error of 10 % counts the same for 100
/// and 1,000,000. A prediction can be anything: below −½ the logarithm goes on in a straight line of the same slope,
/// `log ½ + 2 (p + ½)`, so that training cannot meet a logarithm of nothing, and is pulled back with a finite slope.
package struct MeanSquaredLogError: LossSpec {
  package static let kind = "msle"
  package static let summary = "mean of (log(1 + p) − log(1 + y))², targets above −1"
  package static let examples = [#"{}"#, #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }
  package var targetLimit: String? { TargetDomain.aboveMinusOne.text }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    // Below the bound log(1 + p) goes on in a straight line.
    let bound: Float = -0.5
    var corner: Float = 0
    withUnsafePointer(to: bound) { Elementwise.log1p($0, into: &corner, count: 1) }
    return ElementwiseLoss(
      element: ElementLoss("squared_log", bound, corner), width: context.targetWidth,
      factor: reduction.scale(outputs: context.targetWidth),
      prediction: .values,
      domain: .aboveMinusOne)
  }
}
