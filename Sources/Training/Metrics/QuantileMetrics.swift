internal import Datasets
internal import Networks
package import Specs

extension MetricContext {
  /// The levels of a loss on quantiles.
  fileprivate func requireQuantiles(_ kind: String) throws(ConfigError) -> [Double] {
    guard case .quantiles(let levels) = prediction else {
      throw ConfigError("\(kind) needs the loss quantile", path: "metrics")
    }
    return levels
  }

  /// The predicted quantile of a target at a level, in the data's units.
  fileprivate func quantile(_ level: Int, _ column: Int, _ outputs: UnsafePointer<Float>) -> Double {
    Double(units.restore(outputs[level * width + column], feature: column))
  }
}

/// The mean pinball loss at each level, in the targets' units.
package struct PinballLoss: MetricSpec {
  package static let kind = "pinball_loss"
  package static let summary = "mean pinball loss of each quantile"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package var unit: String { "target" }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let levels = try context.requireQuantiles(Self.kind), width = context.width
    return SumState(levels.count + 1) { row, sums in
      for (index, level) in levels.enumerated() {
        for column in 0..<width {
          let d = context.target(column, row.targetValues) - context.quantile(index, column, row.outputs)
          sums[index] += row.weight * max(level * d, (level - 1) * d) / Double(width)
        }
      }
      sums[levels.count] += row.weight
    } finish: { sums in
      levels.enumerated().map { ("\(Self.kind).\($1)", sums[levels.count] > 0 ? sums[$0] / sums[levels.count] : .nan) }
    }
  }
}

/// The share of targets at or below each predicted quantile, which should be its level.
package struct Coverage: MetricSpec {
  package static let kind = "coverage"
  package static let summary = "share of targets at or below each predicted quantile"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let levels = try context.requireQuantiles(Self.kind), width = context.width
    return SumState(levels.count + 1) { row, sums in
      for index in levels.indices {
        for column in 0..<width
        where context.target(column, row.targetValues) <= context.quantile(index, column, row.outputs) {
          sums[index] += row.weight / Double(width)
        }
      }
      sums[levels.count] += row.weight
    } finish: { sums in
      levels.enumerated().map { ("\(Self.kind).\($1)", sums[levels.count] > 0 ? sums[$0] / sums[levels.count] : .nan) }
    }
  }
}

/// The share of samples for which a quantile of a higher level is predicted below one of a lower level.
package struct QuantileCrossing: MetricSpec {
  package static let kind = "quantile_crossing"
  package static let summary = "share of samples whose predicted quantiles are out of order"
  package static let samples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { false }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let levels = try context.requireQuantiles(Self.kind), width = context.width
    let order = levels.indices.sorted { levels[$0] < levels[$1] }
    return SumState(2) { row, sums in
      let crosses = (0..<width).contains { column in
        zip(order, order.dropFirst()).contains {
          context.quantile($1, column, row.outputs) < context.quantile($0, column, row.outputs)
        }
      }
      if crosses { sums[0] += row.weight }
      sums[1] += row.weight
    } finish: {
      [(Self.kind, $0[1] > 0 ? $0[0] / $0[1] : .nan)]
    }
  }
}
