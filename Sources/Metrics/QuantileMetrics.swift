internal import Networks
package import Specs

/// What metrics of quantiles ask.
private struct QuantileReader: Sendable {
  let link: any QuantilePrediction
  let context: MetricContext
  var levels: [Double] { link.levels }

  init(_ kind: String, _ context: MetricContext) throws(ConfigError) {
    guard let link = context.prediction as? any QuantilePrediction else {
      throw ConfigError("\(kind) needs the loss quantile", path: "metrics")
    }
    self.link = link
    self.context = context
  }

  /// A number for each level.
  func value(_ kind: String, _ numbers: [MetricNumber]) -> MetricValue {
    .vector(kind, labels: levels.map { "\($0)" }, numbers)
  }

  /// The predicted quantile of a target at a level, in the data's units.
  func quantile(_ level: Int, _ column: Int, _ outputs: UnsafePointer<Float>) -> Double {
    link.quantile(level, column, context.row(outputs), units: context.units)
  }
}

/// The mean pinball loss at each level, in the targets' units.
package struct PinballLoss: MetricSpec {
  package static let kind = "pinball_loss"
  package static let summary = "mean pinball loss of each quantile"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "target" }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let quantiles = try QuantileReader(Self.kind, context), levels = quantiles.levels, width = context.width
    return SumState(levels.count + 1) { row, sums in
      for (index, level) in levels.enumerated() {
        for column in 0..<width {
          let d = context.target(column, row.targetValues) - quantiles.quantile(index, column, row.outputs)
          sums[index] += row.weight * max(level * d, (level - 1) * d) / Double(width)
        }
      }
      sums[levels.count] += row.weight
    } finish: { sums in
      quantiles.value(Self.kind, levels.indices.map { .share(sums[$0], of: sums[levels.count]) })
    }
  }
}

/// The share of targets at or below each predicted quantile, which should be its level.
package struct Coverage: MetricSpec {
  package static let kind = "coverage"
  package static let summary = "share of targets at or below each predicted quantile"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let quantiles = try QuantileReader(Self.kind, context), levels = quantiles.levels, width = context.width
    return SumState(levels.count + 1) { row, sums in
      for index in levels.indices {
        for column in 0..<width
        where context.target(column, row.targetValues) <= quantiles.quantile(index, column, row.outputs) {
          sums[index] += row.weight / Double(width)
        }
      }
      sums[levels.count] += row.weight
    } finish: { sums in
      quantiles.value(Self.kind, levels.indices.map { .share(sums[$0], of: sums[levels.count]) })
    }
  }
}

/// The share of samples for which a quantile of a higher level is predicted below one of a lower level.
package struct QuantileCrossing: MetricSpec {
  package static let kind = "quantile_crossing"
  package static let summary = "share of samples whose predicted quantiles are out of order"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let quantiles = try QuantileReader(Self.kind, context), levels = quantiles.levels, width = context.width
    let order = levels.indices.sorted { levels[$0] < levels[$1] }
    return SumState(2) { row, sums in
      let crosses = (0..<width).contains { column in
        zip(order, order.dropFirst()).contains {
          quantiles.quantile($1, column, row.outputs) < quantiles.quantile($0, column, row.outputs)
        }
      }
      if crosses { sums[0] += row.weight }
      sums[1] += row.weight
    } finish: {
      .share(Self.kind, $0[0], of: $0[1])
    }
  }
}
