package import Specs
internal import Training

/// What a search has found.
package struct SweepReport: Sendable {
  /// The file of a search in its directory.
  package static let fileName = "sweep.json"
  /// The config of the best trial in that directory.
  package static let bestName = "best.json"

  package let plan: SweepPlan
  package let metric: ComparedMetric
  package let results: SweepResults

  /// How a trial ended.
  enum State: String {
    /// It was trained for the whole budget.
    case done
    /// Others of its rung were better.
    case halted
    /// Numbers that are not finite have ended it.
    case diverged
    /// It was not trained.
    case open
  }

  package init(plan: SweepPlan, metric: ComparedMetric, results: SweepResults) {
    (self.plan, self.metric, self.results) = (plan, metric, results)
  }

  /// The best of the trials that were trained for the whole budget; nil where none has a value.
  package var best: Int? {
    guard let first = order.first, state(of: first) == .done, !value(of: first).isNaN else { return nil }
    return first
  }

  /// The trials from the best to the worst: first those that came further, among them by value, those without one and
  /// those that diverged last; equal ones by number.
  var order: [Int] {
    let whole = plan.brackets.map { $0.rungs.count }
    var groups: [Int: [Int: Double]] = [:]
    for trial in plan.trials.indices {
      // Counted from the whole budget: brackets begin at different ones.
      let left = whole[plan.bracket(of: trial)] - (results.outcomes[trial]?.count ?? 0)
      let group = state(of: trial) == .diverged ? Int.max : value(of: trial).isNaN ? Int.max - 1 : left
      groups[group, default: [:]][trial] = value(of: trial)
    }
    return groups.keys.sorted().flatMap { group in
      Ranking.of(groups[group] ?? [:], greaterIsBetter: metric.higherIsBetter)
    }
  }

  /// The last rung that a trial came to, from 0; nil: none.
  func lastRung(of trial: Int) -> Int? {
    guard let count = results.outcomes[trial]?.count, count > 0 else { return nil }
    return count - 1
  }

  /// The value at the last rung.
  func value(of trial: Int) -> Double {
    lastRung(of: trial).map { results.value(of: metric.name, trial: trial, rung: $0) } ?? .nan
  }

  func state(of trial: Int) -> State {
    guard let last = lastRung(of: trial), let outcome = results.outcomes[trial]?[last], !outcome.isEmpty else {
      return .open
    }
    if outcome.contains(where: \.hasDiverged) { return .diverged }
    return last == plan.brackets[plan.bracket(of: trial)].rungs.count - 1 ? .done : .halted
  }

  /// Why a trial has no value.
  func reason(of trial: Int) -> String? {
    guard let last = lastRung(of: trial) else { return nil }
    return results.outcomes[trial]?[last].lazy.compactMap { result in
      result.value(of: metric.name).isNaN ? result.reason(of: metric.name) ?? "not a number" : nil
    }.first
  }

  /// The config of the best trial, which trains alone to the same weights; paths as the base config has them.
  package var bestConfig: ConfigValue? { best.map { alone(plan.trials[$0].config, plan.trials[$0].config.resolved) } }

  /// The config of the best trial with paths that are good from anywhere.
  ///
  /// - Parameter baseDirectory: where the base config's paths start from.
  package func bestConfig(baseDirectory: String) -> ConfigValue? {
    best.map { trial in
      let config = plan.trials[trial].config
      return alone(config, config.stored(shards: config.parallel.shards ?? 1, baseDirectory: baseDirectory))
    }
  }

  /// A trial's config as one of a run of its own.
  private func alone(_ config: RunConfig, _ value: ConfigValue) -> ConfigValue {
    var members: [ConfigValue.Member] = [
      .init("name", .string(config.name + "-best")),
      .init("output.directory", .string("runs/\(config.name)-best")),
      // As it was trained, whoever trained it.
      .init("parallel.allreduce", .string("auto")), .init("parallel.invariant", .boolean(true)),
      .init("parallel.wire", .string("float32")),
    ]
    if config.parallel.shards == nil { members.append(.init("parallel.shards", .integer(1))) }
    return (try? value.setting(members, option: "--search")) ?? value
  }
}
