internal import Kernels
package import Specs

/// Quantile (pinball) loss: for each level τ `τ (y − p)` where `y ≥ p`, else `(τ − 1)(y − p)`; slope 0 at `y = p`
/// (Koenker & Bassett 1978).
///
/// For intervals and one-sided risks: the minimum at level τ is the value that a share τ of targets lies below. Several
/// levels at once take an output for each level and target, all targets of the first level first.
package struct Quantile: LossSpec {
  package static let kind = "quantile"
  package static let summary = "values that given shares of targets lie below"
  package static let examples = [#"{"quantiles": [0.5]}"#, #"{"quantiles": [0.1, 0.5, 0.9], "reduction": "sum"}"#]
  package var targets: LossTargets { .values }

  var levels: [Double]
  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    levels = try fields.numbers(
      "quantiles", default: [0.5], in: Interval(1e-6, 1 - 1e-6), atLeast: 1,
      "levels between 0 and 1")
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    let outputs = levels.count * context.targetWidth
    try context.requireOutputs(
      outputs, for: "\(levels.count) quantiles of \(context.targetWidth) target values take \(outputs)")
    return QuantileLoss(
      levels: levels, elements: levels.map { ElementLoss("pinball", Float($0)) }, width: context.targetWidth,
      factor: reduction.scale(outputs: outputs))
  }
}

struct QuantileLoss: Loss {
  let levels: [Double]
  let elements: [ElementLoss]
  let width: Int
  let factor: Double
  var prediction: any Prediction { .quantiles(levels) }

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    targets.quantiles(levels).map {
      BestConstant($0.flatMap { $0 }, name: levels == [0.5] ? "the median" : "the quantiles")
    }
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let first = rows.lowerBound
    for index in levels.indices {
      elements[index].evaluate(
        p: outputs[first] + index * width, pStride: outputs.stride, y: targets.values[first],
        yStride: targets.values.stride, weights: targets.weights + first, rows: rows.count, width: width,
        factor: factor, losses: losses + first, gradient: gradient[first] + index * width,
        gradientStride: gradient.stride, adds: index > 0)
    }
  }
}
