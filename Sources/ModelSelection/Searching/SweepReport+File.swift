package import Specs

extension SweepReport {
  /// What `sweep.json` holds: the same bytes wherever the trainings were made.
  ///
  /// One object: `identity`, `config` (as it was given), what the engine adds, then
  /// - `search` (as `--space` reads it), `method`, `seed`, `halving`, `eta`, `budget`, `metric`;
  /// - `brackets`: each with its first and last trial, and `rungs`: budget, how many trials came, how many could go on;
  /// - `trials`: each with its number from 1, `bracket`, `set` (its point), `state` (`done`, `halted`, `diverged`), the
  ///   last `rung`, its `value`, and `rungs`: of each rung that it came to the budget, `value`, and of the training, or
  ///   of each of `folds`, `steps`, `weights_sha256` (null where it diverged) and `metrics`;
  /// - `best`: the trial, its `set` and `value`; null where none was trained for the whole budget and has a value. The
  ///   value is the best of several, and by that better than what new data will show.
  ///
  /// - Parameters:
  ///   - config: the base config as it was given.
  ///   - identity: of the search.
  ///   - members: what else the engine knows (fingerprints of data, folds), put behind the config.
  package func json(config: ConfigValue, identity: String, members: [ConfigValue.Member] = []) -> ConfigValue {
    .object(
      [.init("identity", .string(identity)), .init("config", config)] + members + searchJSON + [
        .init("brackets", .array(plan.brackets.indices.map(bracketJSON))),
        .init("trials", .array(plan.trials.indices.map(trialJSON))), .init("best", bestJSON),
      ])
  }

  private var searchJSON: [ConfigValue.Member] {
    let halving = plan.options.halving
    return [
      .init("search", plan.space.json), .init("method", .string(plan.options.method.rawValue)),
      .init("seed", .integer(Int(plan.seed))), .init("halving", .string(halving.rawValue)),
      .init("eta", halving == .none ? .null : .integer(plan.options.eta)), .init("budget", plan.budget.json),
      .init(
        "metric",
        .object([
          .init("name", .string(metric.name)), .init("higher_is_better", .boolean(metric.higherIsBetter)),
        ])),
    ]
  }

  private func bracketJSON(_ number: Int) -> ConfigValue {
    let bracket = plan.brackets[number]
    return .object([
      .init("bracket", .integer(number + 1)), .init("first_trial", .integer(bracket.trials.lowerBound + 1)),
      .init("last_trial", .integer(bracket.trials.upperBound)),
      .init(
        "rungs",
        .array(
          bracket.rungs.map { rung in
            let came = bracket.trials.count { results.outcomes[$0]?.count ?? 0 > rung.index }
            return .object([
              .init("rung", .integer(rung.index + 1)), .init(rung.budget.unit, .integer(rung.budget.count)),
              .init("trials", .integer(came)), .init("survivors", .integer(rung.survivors)),
            ])
          })),
    ])
  }

  private func trialJSON(_ trial: Int) -> ConfigValue {
    let number = plan.bracket(of: trial), rungs = plan.brackets[number].rungs
    let outcomes = results.outcomes[trial] ?? []
    return .object([
      .init("trial", .integer(trial + 1)), .init("bracket", .integer(number + 1)),
      .init("set", .object(plan.trials[trial].settings)), .init("state", .string(state(of: trial).rawValue)),
      .init("rung", lastRung(of: trial).map { .integer($0 + 1) } ?? .null), .init("value", value(of: trial).json),
      .init(
        "rungs",
        .array(
          zip(rungs, outcomes).map { rung, outcome in
            let value = results.value(of: metric.name, trial: trial, rung: rung.index)
            let trainings = outcome.map(trainingJSON)
            return .object(
              [
                .init("rung", .integer(rung.index + 1)), .init(rung.budget.unit, .integer(rung.budget.count)),
                .init("value", value.json),
              ]
                + (trainings.count == 1
                  ? trainings[0] : [.init("folds", .array(trainings.map(ConfigValue.object)))]))
          })),
    ])
  }

  private func trainingJSON(_ result: TrialResult) -> [ConfigValue.Member] {
    [
      .init("steps", .integer(result.steps)),
      .init("weights_sha256", result.weightsHash.map(ConfigValue.string) ?? .null),
      .init("metrics", result.metrics.sortingKeys),
    ]
  }

  private var bestJSON: ConfigValue {
    guard let best else { return .null }
    return .object([
      .init("trial", .integer(best + 1)), .init("set", .object(plan.trials[best].settings)),
      .init("value", value(of: best).json),
    ])
  }
}
