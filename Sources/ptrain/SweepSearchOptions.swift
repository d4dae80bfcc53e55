internal import ArgumentParser
internal import ModelSelection
internal import Specs

/// What `sweep` takes beside the common options.
struct SweepSearchOptions: ParsableArguments {
  @Option(
    help: "A key to search, repeatable: KEY=[VALUE, ...], KEY=1e-4..1e-1:log, KEY=16..256:int, KEY=16..256:int:log.")
  var search: [String] = []

  @Option(help: "A JSON file of keys to search, {KEY: [VALUE, ...], ...}, beside those of --search.")
  var space: String?

  @Option(help: "How points are chosen: grid, random or sobol (default: random).")
  var method = "random"

  @Option(help: "Trials (default: those of the grid or of Hyperband, else 16).")
  var trials: Int?

  @Option(help: "Points of a range in a grid (default: 3).")
  var gridPoints: Int?

  @Flag(help: "End trials early that are not among the best: successive halving.")
  var halving = false

  @Flag(help: "Several successive halvings, from many short trials to few long ones.")
  var hyperband = false

  @Option(
    parsing: .upToNextOption,
    help: "The whole of a training, like 30 epochs or 2000 steps (default: what the config says).")
  var budget: [String] = []

  @Option(
    help:
      "With --halving or --hyperband: the least that a trial is judged after (default: what four halvings leave).")
  var minBudget: Int?

  @Option(help: "With --halving or --hyperband: one of so many trials goes on (default: 3).")
  var eta: Int?

  @Option(help: "The metric to judge by (default: the config's first, or that of the problem's kind).")
  var metric: String?

  @Option(help: "Judge by the mean of so many folds instead of the validation rows.")
  var folds: Int?

  @Option(help: "Train one of them alone and print its hash: trial=3, trial=3,rung=1 or trial=3,rung=1,fold=2.")
  var only: String?

  @Flag(help: "Print what sweep.json holds instead of a table.")
  var json = false

  func validate() throws {
    if search.isEmpty, space == nil {
      throw ValidationError(
        "nothing to search: give --search KEY=[VALUE, …] or --search KEY=LOW..HIGH, "
          + "like --search optimizer.learning_rate=1e-4..1e-1:log"
      )
    }
    if SearchMethod(rawValue: method) == nil {
      throw ValidationError("--method takes grid, random or sobol, found '\(method.excerpt(40))'")
    }
    if let trials { try OptionRange.require("--trials", trials, 1...100_000) }
    if let gridPoints { try OptionRange.require("--grid-points", gridPoints, 2...1000) }
    if let eta { try OptionRange.require("--eta", eta, 2...100) }
    if let minBudget { try OptionRange.require("--min-budget", minBudget, 1...Int(Int32.max)) }
    if let folds { try OptionRange.require("--folds", folds, 2...100_000) }
    if halving, hyperband { throw ValidationError("--halving is one bracket of --hyperband; give one of the two") }
    if !halving, !hyperband, eta != nil || minBudget != nil {
      throw ValidationError(
        "--\(eta != nil ? "eta" : "min-budget") says how trials are ended early; give --halving or --hyperband with "
          + "it, or leave it out")
    }
    if gridPoints != nil, method != SearchMethod.grid.rawValue {
      throw ValidationError("--grid-points are those of a grid; give --method grid, or --trials instead")
    }
    do { _ = try parsedBudget() } catch { throw ValidationError(error.problem) }
  }

  private func parsedBudget() throws(ConfigError) -> TrainingBudget? {
    budget.isEmpty ? nil : try TrainingBudget(budget.joined(separator: " "))
  }

  /// How to search.
  var options: SweepOptions {
    var options = SweepOptions()
    options.method = SearchMethod(rawValue: method) ?? .random
    (options.trials, options.gridPoints) = (trials, gridPoints ?? options.gridPoints)
    options.halving = hyperband ? .hyperband : halving ? .halving : .none
    (options.eta, options.minimum) = (eta ?? options.eta, minBudget)
    options.budget = try? parsedBudget()
    return options
  }

  /// One training, all counted from 0; nil: all are made.
  ///
  /// - Throws: ``RunError`` of exit code 64.
  func single(of plan: SweepPlan) throws(RunError) -> (trial: Int, rung: Int, fold: Int)? {
    guard let only else { return nil }
    let form = "--only '\(only.excerpt(60))': expected trial=3, trial=3,rung=1 or trial=3,rung=1,fold=2"
    var found: [String: Int] = [:]
    for part in only.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2, ["trial", "rung", "fold"].contains(pair[0]), found[pair[0]] == nil,
        let number = Int(pair[1])
      else { throw RunError(.usage, form) }
      found[pair[0]] = number
    }
    guard let trial = found["trial"] else { throw RunError(.usage, form) }
    guard (1...plan.trials.count).contains(trial) else {
      throw RunError(.usage, "\(form); trials go from 1 to \(plan.trials.count)")
    }
    let rungs = plan.brackets[plan.bracket(of: trial - 1)].rungs.count
    let rung = found["rung"] ?? rungs, fold = found["fold"] ?? 1
    guard (1...rungs).contains(rung) else {
      throw RunError(.usage, "\(form); rungs of trial \(trial) go from 1 to \(rungs)")
    }
    guard (1...(folds ?? 1)).contains(fold) else {
      throw RunError(.usage, "\(form); folds go from 1 to \(folds ?? 1)")
    }
    return (trial - 1, rung - 1, fold - 1)
  }
}
