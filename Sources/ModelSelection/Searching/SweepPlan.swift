package import Specs
internal import Training

/// All trials of a search, known before the first is trained, and where they are judged.
package struct SweepPlan: Sendable {
  package let space: SearchSpace
  package let options: SweepOptions
  /// The whole of a training; where its keys are searched, the longest one.
  package let budget: TrainingBudget
  /// Where points were drawn from: that of the config.
  package let seed: UInt64
  /// By number. Their configs have the whole budget: schedules run as if each trial went all the way, and one that is
  /// ended early has made the first part of that.
  package let trials: [Candidate]
  package let brackets: [Bracket]

  /// More than anybody waits for.
  package static let limit = 10_000
  /// Where nobody says how many.
  private static let usual = 16

  /// - Parameter base: the config that all are made of.
  /// - Throws: ``ConfigError``: 64 where options do not go together, 78 where a trial is no config, which it names.
  package init(
    base: ConfigValue, space: SearchSpace, options: SweepOptions, registries: Registries = .standard
  ) throws(ConfigError) {
    let config = try RunConfig(base, registries: registries)
    let base =
      try options.budget.map { budget throws(ConfigError) in try Self.giving(budget, to: base, config) } ?? base
    let budget = options.budget ?? Self.budget(of: config.training)
    try Self.checkBudgetKeys(space, options)
    let brackets = try Self.brackets(space, options, budget)
    let count = brackets.last?.trials.upperBound ?? 0
    let settings = try SearchPoints(space, options, seed: config.seed).settings(count)
    let maker = TrialMaker(base: base, space: space, registries: registries)
    var trials: [Candidate] = []
    for (number, members) in settings.enumerated() { trials.append(try maker.trial(number, members)) }
    self.trials = trials
    (self.space, self.options, seed) = (space, options, config.seed)
    let longest = Self.longest(trials, space)
    self.budget = longest ?? budget
    guard let longest else {
      self.brackets = brackets
      return
    }
    self.brackets = brackets.map { bracket in
      var bracket = bracket
      for rung in bracket.rungs.indices { bracket.rungs[rung].budget = longest }
      return bracket
    }
  }

  /// The bracket of a trial.
  package func bracket(of trial: Int) -> Int { brackets.firstIndex { $0.trials.contains(trial) } ?? 0 }

  // MARK: Budgets

  /// What decides how long a training is.
  private static let budgetKeys = ["training.epochs", "training.steps"]

  private static func budget(of training: TrainingSection) -> TrainingBudget {
    training.steps.map { .steps($0) } ?? .epochs(training.epochs)
  }

  /// The config with a budget of its own.
  private static func giving(
    _ budget: TrainingBudget, to base: ConfigValue, _ config: RunConfig
  ) throws(ConfigError) -> ConfigValue {
    switch budget {
    case .epochs(let count):
      // Fewer steps would end it before.
      return try base.overriding("training.epochs=\(count)").removing("steps", from: "training")
    case .steps(let count):
      // Each epoch has a step at least.
      let epochs = min(1_000_000, max(config.training.epochs, count))
      return try base.overriding("training.epochs=\(epochs)").overriding("training.steps=\(count)")
    }
  }

  private static func checkBudgetKeys(_ space: SearchSpace, _ options: SweepOptions) throws(ConfigError) {
    for key in space.keys where budgetKeys.contains(key.key) || key.key == "training" {
      guard options.halving == .none, options.budget == nil, key.key != "training" else {
        throw ConfigError(
          "--search \(key.key): how long trials are trained is the budget, which is the same for all; leave the key "
            + "out and give "
            + "--budget, or search it without --halving, --hyperband and --budget", exitCode: .usage)
      }
    }
  }

  /// The longest of trainings that are of different lengths; nil where all have one.
  private static func longest(_ trials: [Candidate], _ space: SearchSpace) -> TrainingBudget? {
    let keys = space.keys.map(\.key).filter(budgetKeys.contains)
    guard !keys.isEmpty else { return nil }
    let sections = trials.map(\.config.training)
    let steps = sections.compactMap(\.steps)
    return keys.contains("training.steps") && steps.count == sections.count
      ? .steps(max(1, steps.max() ?? 1)) : .epochs(max(1, sections.map(\.epochs).max() ?? 1))
  }

  // MARK: Brackets

  private static func brackets(
    _ space: SearchSpace, _ options: SweepOptions, _ budget: TrainingBudget
  ) throws(ConfigError) -> [Bracket] {
    func usage(_ problem: String) -> ConfigError { ConfigError(problem, exitCode: .usage) }
    let points = space.gridSize(points: options.gridPoints)
    if options.method == .grid, options.trials != nil {
      throw usage(
        "--trials: a grid has one trial for each of its points; give --grid-points, or --method random or sobol")
    }
    func check(_ count: Int?) throws(ConfigError) -> Int {
      guard let count, count <= limit else {
        let found =
          count.map { "there would be \($0.counted("trial"))" } ?? "there would be more trials than can be counted"
        throw usage("\(found), at most \(limit) are allowed; " + remedy(options))
      }
      return count
    }
    guard budget.count >= 1 else {
      throw ConfigError(
        "trials are trained for \(budget.words); give --budget, or set training.epochs", path: "training",
        exitCode: .config)
    }
    guard options.halving != .none else {
      let count = try check(options.method == .grid ? points : options.trials ?? usual)
      return [
        Bracket(
          trials: 0..<count,
          rungs: [Rung(bracket: 0, index: 0, budget: budget, entrants: count, survivors: 0)])
      ]
    }
    let least = options.minimum ?? 1
    guard options.eta >= 2 else {
      throw usage("--eta \(options.eta): one of so many trials goes on; give 2 or more")
    }
    guard least >= 1, least <= budget.count else {
      throw usage(
        "--min-budget \(least): expected from 1 to the whole budget of \(budget.words); give less, or a larger --budget"
      )
    }
    let schedule = HalvingSchedule(whole: budget.count, eta: options.eta, least: options.minimum)
    guard schedule.most > 0 else {
      throw usage(
        "a budget of \(budget.words) cannot be divided by \(options.eta)"
          + (options.minimum.map { " with \($0) left" } ?? "")
          + "; give a larger --budget, steps instead of epochs, a smaller --eta, or neither --halving nor --hyperband")
    }
    guard options.halving == .halving else {
      guard options.method != .grid else {
        throw usage(
          "--hyperband decides itself how many trials there are, and a grid does too; give --method random or sobol")
      }
      guard options.trials == nil else {
        throw usage(
          "--trials: --hyperband decides itself how many trials there are; leave --trials out, or give --halving "
            + "instead"
        )
      }
      let brackets = schedule.hyperband(budget)
      _ = try check(brackets?.last?.trials.upperBound)
      return brackets ?? []
    }
    let count = try check(
      options.method == .grid ? points : options.trials ?? schedule.trials(halvings: schedule.most))
    guard count >= options.eta else {
      throw usage(
        "--halving: of \(count.counted("trial")) one in \(options.eta) goes on, which is none; give "
          + "more trials, a smaller "
          + "--eta, or no --halving")
    }
    return [
      Bracket(
        trials: 0..<count,
        rungs: schedule.rungs(
          bracket: 0, trials: count, halvings: schedule.halvings(trials: count), unit: budget))
    ]
  }

  /// What makes trials fewer.
  private static func remedy(_ options: SweepOptions) -> String {
    if options.halving == .hyperband { return "give a larger --min-budget or --eta" }
    return options.method == .grid
      ? "give fewer --grid-points or choices, or --method random or sobol" : "give fewer --trials"
  }
}

extension ConfigValue {
  /// Without a key of one of its objects.
  fileprivate func removing(_ key: String, from object: String) -> ConfigValue {
    guard case .object(var members) = self, let place = members.firstIndex(where: { $0.key == object }),
      case .object(let inner) = members[place].value
    else { return self }
    members[place].value = .object(inner.filter { $0.key != key })
    return .object(members)
  }
}
