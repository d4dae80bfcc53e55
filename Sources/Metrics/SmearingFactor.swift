internal import Kernels
internal import Networks
package import Specs

/// The smearing factor of each target whose logarithms were learned, and of no other: `Σ w exp(r) / Σ w`, `r` what is
/// left of the logarithm of a target when the predicted one is taken off (N. Duan, Smearing Estimate: A Nonparametric
/// Retransformation Method, Journal of the American Statistical Association 78, 1983).
///
/// `exp` of a mean of logarithms is no mean: times this factor it is, where the residuals are spread alike for all
/// rows. Of `log(1 + y)` the factor is that of `1 + y`. Not a metric that configs name.
package struct SmearingFactor: MetricSpec {
  package static let kind = "smearing"
  package static let summary = "the mean of exp(residual) of logarithms"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }

  package init() {}
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    guard context.units.takesLogarithms, context.prediction.areOutputs(.identity),
      context.targetNames.count == context.width
    else { throw ConfigError("\(Self.kind) needs outputs that are logarithms of targets", path: "metrics") }
    let units = context.units, columns = units.logarithms(of: context.width), width = columns.count
    let labels = columns.map { context.targetNames[$0] }
    return SumState(width + 1) { row, sums in
      for (place, column) in columns.enumerated() {
        let rest = Double(row.targetValues[column]) - Double(row.outputs[column])
        sums[place] += row.weight * DoubleFunctions.exp(units.restoreWidth(rest, feature: column))
      }
      sums[width] += row.weight
    } finish: { sums in
      .vector(Self.kind, labels: labels, (0..<width).map { .share(sums[$0], of: sums[width]) })
    }
  }
}
