import Foundation
import Specs
import Testing
import Training

@testable import ModelSelection

/// Plans of a search: which trials, with which configs, judged where; and a sentence for what does not go together.
@Suite struct SweepPlanTests {
  static func base(_ training: String = #"{"epochs": 81}"#) throws -> ConfigValue {
    let text = """
      {"seed": 7, "data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}},
       "model": {"layers": [{"type": "dense", "units": 5, "activation": "relu"}, {"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": \(training)}
      """
    return try ConfigValue.parse(Data(text.utf8), file: "t")
  }

  private static let words = ["optimizer.learning_rate=1e-4..1e-1:log", "model.layers[0].units=16..256:int:log"]

  static func plan(
    _ words: [String] = words, base: ConfigValue? = nil, _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> SweepPlan {
    var options = SweepOptions()
    change(&options)
    return try SweepPlan(
      base: base ?? Self.base(), space: SearchSpace(words: words, file: nil), options: options)
  }

  private static func sentence(
    _ words: [String] = words, base: ConfigValue? = nil, _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> String {
    do {
      return "none: \(try plan(words, base: base, change).trials.map(\.name))"
    } catch let error as ConfigError {
      return "\(error.exitCode.rawValue) \(error.sentence)"
    }
  }

  @Test("random and Sobol: sixteen trials in one rung, each another point, the same for the same seed")
  func drawn() throws {
    for method in [SearchMethod.random, .sobol] {
      let plan = try Self.plan { $0.method = method }
      #expect(plan.trials.count == 16 && Set(plan.trials.map(\.name)).count == 16)
      #expect(
        plan.brackets == [
          Bracket(
            trials: 0..<16,
            rungs: [Rung(bracket: 0, index: 0, budget: .epochs(81), entrants: 16, survivors: 0)])
        ])
      #expect(try Self.plan { $0.method = method }.trials.map(\.name) == plan.trials.map(\.name))
      // More trials begin with the same ones.
      let more = try Self.plan {
        $0.method = method
        $0.trials = 40
      }
      #expect(more.trials.prefix(16).map(\.name) == plan.trials.map(\.name))
      let other = try Self.plan(base: Self.base().overriding("seed=8")) { $0.method = method }
      #expect(other.trials.map(\.name) != plan.trials.map(\.name))
      for trial in plan.trials {
        let value = try Self.base().setting(trial.settings, option: "--search")
        #expect(try RunConfig(value).resolved == trial.config.resolved)
        #expect(trial.config.resolved["optimizer"]?["learning_rate"] == trial.settings[0].value)
      }
    }
  }

  @Test("a grid: every combination, the last key fastest")
  func grid() throws {
    let plan = try Self.plan([#"optimizer.type=["sgd","adam"]"#, "model.layers[0].units=4..6:int"]) {
      $0.method = .grid
    }
    #expect(
      plan.trials.map(\.name) == [
        "optimizer.type=sgd, model.layers[0].units=4", "optimizer.type=sgd, model.layers[0].units=5",
        "optimizer.type=sgd, model.layers[0].units=6", "optimizer.type=adam, model.layers[0].units=4",
        "optimizer.type=adam, model.layers[0].units=5", "optimizer.type=adam, model.layers[0].units=6",
      ])
  }

  @Test("a small space is drawn without repetition")
  func small() throws {
    let words = [#"optimizer.type=["sgd","adam"]"#, "model.layers[0].units=4..6:int"]
    for method in [SearchMethod.random, .sobol] {
      let plan = try Self.plan(words) { ($0.method, $0.trials) = (method, 6) }
      #expect(Set(plan.trials.map(\.name)).count == 6)
    }
    #expect(
      try Self.sentence(words) { $0.trials = 7 }.contains("64 --search: there are 6 different points, and 7 trials"))
    #expect(
      try Self.sentence(["optimizer.learning_rate=1..1.0000000000000002"]) { $0.trials = 9 }.contains("only 2 differ"))
  }

  @Test("halving and Hyperband: brackets cover all trials; each config has the whole budget")
  func halved() throws {
    let hyperband = try Self.plan { $0.halving = .hyperband }
    #expect(hyperband.trials.count == 143 && hyperband.brackets.count == 5)
    #expect([0, 80, 81, 142].map(hyperband.bracket) == [0, 0, 1, 4])
    let halving = try Self.plan {
      ($0.halving, $0.trials, $0.budget) = (.halving, 20, .steps(900))
    }
    #expect(halving.brackets.map(\.words) == ["20 trials to 100 steps, 6 to 300, 2 to 900"])
    #expect(halving.trials.allSatisfy { $0.config.training.steps == 900 && $0.config.training.epochs >= 900 })
    let epochs = try Self.plan(base: Self.base(#"{"epochs": 5, "steps": 7}"#)) { $0.budget = .epochs(12) }
    #expect(epochs.trials.allSatisfy { $0.config.training.epochs == 12 && $0.config.training.steps == nil })
    #expect(try Self.plan(base: Self.base(#"{"epochs": 5, "steps": 7}"#)).budget == .steps(7))
    #expect(try Self.plan { $0.halving = .halving }.trials.count == 81)
  }

  @Test("the length of trainings can be searched where nothing else decides it")
  func lengths() throws {
    let plan = try Self.plan(["training.epochs=[3,9]"]) { $0.method = .grid }
    #expect(plan.budget == .epochs(9) && plan.brackets[0].rungs[0].budget == .epochs(9))
    #expect(plan.trials.map(\.config.training.epochs) == [3, 9])
    #expect(
      try Self.sentence(["training.epochs=[3,9]"]) { ($0.method, $0.budget) = (.grid, .epochs(3)) }.contains(
        "64 --search training.epochs: how long trials are trained is the budget"))
  }

  @Test("sentences of options that do not go together")
  func options() throws {
    let cases: [(String, (inout SweepOptions) -> Void)] = [
      ("64 --trials: a grid has one trial for each", { ($0.method, $0.trials) = (.grid, 4) }),
      ("trials, at most 10000 are allowed; give fewer --grid-points", { ($0.method, $0.gridPoints) = (.grid, 300) }),
      ("64 there would be 20000 trials, at most 10000 are allowed; give fewer --trials", { $0.trials = 20_000 }),
      ("64 --hyperband decides itself", { ($0.method, $0.halving) = (.grid, .hyperband) }),
      ("64 --trials: --hyperband decides itself", { ($0.trials, $0.halving) = (9, .hyperband) }),
      ("64 --halving: of 2 trials one in 3 goes on", { ($0.trials, $0.halving) = (2, .halving) }),
      ("64 a budget of 2 epochs cannot be divided by 3", { ($0.budget, $0.halving) = (.epochs(2), .halving) }),
      ("64 a budget of 81 epochs cannot be divided by 3 with 30 left", { ($0.minimum, $0.halving) = (30, .halving) }),
      ("64 --min-budget 82: expected from 1 to the whole budget", { ($0.minimum, $0.halving) = (82, .hyperband) }),
      ("64 --eta 1: one of so many trials goes on", { ($0.eta, $0.halving) = (1, .halving) }),
      (
        "64 there would be more trials than can be counted, at most 10000 are allowed; give a larger --min-budget",
        { ($0.budget, $0.eta, $0.minimum, $0.halving) = (.steps(Int.max), 2, 1, .hyperband) }
      ),
      (
        "at most 10000 are allowed; give a larger --min-budget or --eta",
        { ($0.budget, $0.minimum, $0.halving) = (.steps(100_000), 1, .hyperband) }
      ),
    ]
    for (says, change) in cases {
      let found = try Self.sentence(Self.words, base: nil, change)
      #expect(found.contains(says), "\(found)")
    }
    #expect(try Self.sentence(base: Self.base(#"{"epochs": 0}"#)).contains("trials are trained for 0 epochs"))
  }

  @Test(
    "sentences of keys: the config's own, with what to search instead",
    arguments: [
      ("optimizer.learning_rat=1..2", "78 optimizer", "learning_rat"),
      ("model.layers[7].units=1..2", "64 --search model.layers[7].units=", "there is no entry [7]"),
      (
        "model.layers[0].units=16..255", "whole number",
        "search whole numbers: --search model.layers[0].units=LOW..HIGH:int"
      ),
      ("optimizer.type=0..1", "78 optimizer.type", "the key takes words and no numbers"),
      ("model.layers[0].activation=1..3:int", "model.layers[0].activation", "the key takes words and no numbers"),
      ("optimizer.learning_rate=-2..-1", "78 optimizer.learning_rate: expected", "(trial 1: optimizer.learning_rate=-"),
      (#"optimizer.learning_rate=["a"]"#, "found text", "(trial 1: optimizer.learning_rate=a)"),
    ])
  func keys(word: String, says: String, also: String) throws {
    let found = try Self.sentence([word]) { $0.method = .grid }
    #expect(found.contains(says) && found.contains(also), "\(found)")
    if word.contains("-2") { #expect(!found.contains("takes words")) }
  }
}
