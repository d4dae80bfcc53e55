import Foundation
import Specs
import TestSupport
import Testing
import Training

@testable import ModelSelection

/// What a search has found: the file, the table, the best config, from results that are made up.
@Suite struct SweepReportTests {
  private static let metric = ComparedMetric(name: "rmse", kind: "rmse", higherIsBetter: false)

  private static func result(_ value: Double?, steps: Int, diverged: Bool = false) -> TrialResult {
    guard !diverged else { return TrialResult(weightsHash: nil, steps: steps, metrics: .object([])) }
    let number = value.map(ConfigValue.number) ?? .null
    let members = [ConfigValue.Member("rmse", number)]
    let reason = [ConfigValue.Member("undefined", .object([.init("rmse", .string("no rows"))]))]
    return TrialResult(
      weightsHash: "\(steps)", steps: steps, metrics: .object(members + (value == nil ? reason : [])))
  }

  /// Runs a plan with made up values: the halving itself is the plan's.
  static func play(_ plan: SweepPlan, _ value: (_ trial: Int, _ rung: Int) -> [TrialResult]) -> SweepReport {
    var results = SweepResults()
    for bracket in plan.brackets {
      var trials = Array(bracket.trials)
      for rung in bracket.rungs {
        var values: [Int: Double] = [:]
        for trial in trials {
          results.outcomes[trial, default: []].append(value(trial, rung.index))
          values[trial] = results.value(of: "rmse", trial: trial, rung: rung.index)
        }
        trials = rung.survivors(values, greaterIsBetter: false)
      }
    }
    return SweepReport(plan: plan, metric: metric, results: results)
  }

  private static func halving() throws -> SweepReport {
    let plan = try SweepPlanTests.plan { ($0.halving, $0.trials, $0.budget) = (.halving, 9, .epochs(9)) }
    // The best at first is no longer so later; one diverges, one has no value.
    return play(plan) { trial, rung in
      switch (trial, rung) {
      case (4, _): [result(nil, steps: 10, diverged: true)]
      case (5, _): [result(nil, steps: 10)]
      case (0, 0): [result(0.1, steps: 10)]
      case (0, _): [result(0.9, steps: 30)]
      default: [result(Double(10 - trial) / 10, steps: 10 * (rung + 1))]
      }
    }
  }

  @Test("who is best, how trials ended, and in which order")
  func states() throws {
    let report = try Self.halving()
    #expect(report.plan.brackets[0].words == "9 trials to 1 epoch, 3 to 3, 1 to 9")
    #expect(report.best == 8 && report.value(of: 8) == 0.2)
    #expect(report.state(of: 8) == .done && report.state(of: 0) == .halted && report.state(of: 4) == .diverged)
    #expect(report.order == [8, 7, 0, 6, 3, 2, 1, 5, 4])
    #expect(report.reason(of: 5) == "no rows")
    let none = Self.play(report.plan) { _, _ in [Self.result(nil, steps: 1, diverged: true)] }
    #expect(none.best == nil && none.bestConfig == nil)
    #expect(none.lines(isPlain: false).last?.contains("there is no best one") == true)
    #expect(none.json(config: .null, identity: "i")["best"] == .null)
  }

  @Test("a value of the whole budget is before better ones of less")
  func whole() throws {
    let plan = try SweepPlanTests.plan { ($0.halving, $0.budget) = (.hyperband, .epochs(9)) }
    let report = Self.play(plan) { trial, rung in [Self.result(Double(trial + 100 * rung), steps: 1)] }
    // The first bracket's rungs make its trials worse and worse; the last one's have one rung.
    #expect(report.best == plan.brackets.last?.trials.lowerBound)
    #expect(report.state(of: 8) == .halted && report.value(of: 8) == 8)
  }

  @Test("the mean over folds; a fold that diverged is the trial's end")
  func folds() throws {
    let plan = try SweepPlanTests.plan { $0.trials = 2 }
    let report = Self.play(plan) { trial, _ in
      [Self.result(1, steps: 3), Self.result(2, steps: 4, diverged: trial == 0)]
    }
    #expect(report.best == 1 && report.value(of: 1) == 1.5 && report.state(of: 0) == .diverged)
    let trial = report.json(config: .null, identity: "i")["trials"]
    guard case .array(let trials)? = trial, case .array(let rungs)? = trials[1]["rungs"],
      case .array(let folds)? = rungs[0]["folds"]
    else {
      Issue.record("no folds in \(trial?.compactText ?? "")")
      return
    }
    #expect(folds.count == 2 && folds[1]["steps"] == .integer(4) && rungs[0]["value"] == .number(1.5))
  }

  @Test("sweep.json: every trial with its point, rungs, values, steps and hash, and it is read again")
  func file() throws {
    let report = try Self.halving(), base = try SweepPlanTests.base()
    let json = report.json(config: base, identity: "id", members: [.init("arithmetic", .integer(3))])
    let text = json.prettyText
    #expect(try ConfigValue.parse(Data(text.utf8), file: "sweep.json").sortingKeys == json.read.sortingKeys)
    #expect(json["identity"] == .string("id") && json["config"] == base && json["arithmetic"] == .integer(3))
    #expect(json["budget"]?.compactText == #"{"epochs": 9}"# && json["seed"] == .integer(7))
    #expect(json["best"]?["trial"] == .integer(9) && json["best"]?["value"] == .number(0.2))
    guard case .array(let trials)? = json["trials"], case .array(let brackets)? = json["brackets"] else {
      Issue.record("no trials")
      return
    }
    #expect(trials.count == 9 && brackets.count == 1)
    #expect(trials[4]["state"] == .string("diverged") && trials[4]["value"] == .null)
    #expect(trials[8]["rung"] == .integer(3) && trials[0]["rung"] == .integer(2) && trials[1]["rung"] == .integer(1))
    guard case .array(let rungs)? = trials[8]["rungs"] else { return }
    #expect(rungs.map { $0["epochs"] } == [.integer(1), .integer(3), .integer(9)])
    #expect(rungs.map { $0["weights_sha256"] } == [.string("10"), .string("20"), .string("30")])
    // The space of the file is one that is read.
    let space = try SearchSpace(words: [], file: ("s", #require(json["search"]?.sortingKeys)))
    #expect(Set(space.keys.map(\.key)) == Set(report.plan.space.keys.map(\.key)))
  }

  @Test("the table")
  func table() throws {
    let lines = try Self.halving().lines(isPlain: true)
    #expect(lines[0] == "rmse, less is better")
    #expect(lines[1].split(separator: " ") == ["trial", "learning_rate", "units", "rmse", "epochs", "state"])
    #expect(lines[2].hasPrefix("      9  ") && lines[2].hasSuffix("   0.2       9  done"))
    #expect(lines[9].hasSuffix("none       1  halted (no rows)") && lines[10].hasSuffix("none       1  diverged"))
    #expect(lines.contains("9 trials: 1 trained for the whole budget, 7 ended early, 1 diverged"))
    #expect(lines.last?.contains("the best of 7 values, chosen by them, and so better than what new data") == true)
    #expect(lines.joined().unicodeScalars.allSatisfy { $0.isASCII })
    #expect(SweepReport.short(["a.b", "c.b", "d", "x.y.z"]) == ["a.b", "c.b", "d", "z"])
    let many = Self.play(try SweepPlanTests.plan { $0.trials = 30 }) { trial, _ in
      [Self.result(Double(trial), steps: 1)]
    }
    #expect(many.lines(isPlain: true).contains("  ... and 10 more in sweep.json"))
  }

  @Test("the best config is read again, and says what the trial had")
  func best() throws {
    let report = try Self.halving(), best = try #require(report.bestConfig)
    let config = try RunConfig(best)
    #expect(config.resolved["optimizer"]?["learning_rate"] == report.plan.trials[8].settings[0].value)
    #expect(config.training.epochs == 9 && config.name == "run-best")
    let moved = try #require(report.bestConfig(baseDirectory: "/data/here"))
    #expect(moved["data"]?["train"]?["path"] == .string("/data/here/t.csv"))
    #expect(try RunConfig(moved).training.epochs == 9)
  }
}

extension ConfigValue {
  /// As it is read again.
  fileprivate var read: ConfigValue { (try? ConfigValue.parse(Data(compactText.utf8), file: "")) ?? .null }
}
