internal import Kernels
package import Networks
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

extension Prediction {
  /// Throws where two quantiles are the same in the arithmetic of the loss: their outputs would learn the same, under one name.
  package func requireDistinctLevels(path: String) throws(ConfigError) {
    guard case .quantiles(let levels) = self else { return }
    for (index, level) in levels.enumerated() {
      guard let earlier = levels[..<index].first(where: { Float($0) == Float(level) }) else { continue }
      let found =
        earlier == level ? "the quantile \(level) stands twice" : "\(earlier) and \(level) are the same quantile"
      throw ConfigError("\(found); give each level once", path: path)
    }
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
      levels.enumerated().map { .share("\(Self.kind).\($1)", sums[$0], of: sums[levels.count]) }
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
      levels.enumerated().map { .share("\(Self.kind).\($1)", sums[$0], of: sums[levels.count]) }
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
      [.share(Self.kind, $0[0], of: $0[1])]
    }
  }
}
