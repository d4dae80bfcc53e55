import Foundation
import Specs
import TestSupport
import Testing

/// Runs that watch validation: by part of a name, with values below 0, and with a metric that never has a value.
@Suite struct WatchingTests {
  struct Run {
    var outcome: Command.Outcome
    var summary: ConfigValue
    var log: [ConfigValue]
  }

  /// Trains on a table, alone or with 2 ranks, and reads what the run leaves.
  private static func train(_ config: String, _ tables: [String: String], _ overrides: [String] = [], ranks: Int) throws
    -> Run
  {
    let folder = try TemporaryFolder()
    let path = try folder.write(config, to: "config.json")
    for (name, text) in tables { try folder.write(text, to: name) }
    let run = folder.path + "/run"
    let outcome = try Command.ptrain(
      [path, "--output", run] + overrides.flatMap { ["--set", $0] }, ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    func read(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: run + "/" + name)) }
    let lines = String(decoding: try read("metrics.jsonl"), as: UTF8.self).split(separator: "\n")
    return Run(
      outcome: outcome, summary: try ConfigValue.parse(read("summary.json"), file: "summary"),
      log: try lines.map { try ConfigValue.parse(Data($0.utf8), file: "log") })
  }

  private static func table(_ rows: Range<Int>, _ y: (Int) -> String) -> String {
    "a,b,y\n" + rows.map { "\(Double($0 * 37 % 19) / 10 - 0.9),\(Double($0 * 53 % 23) / 10 - 1.1),\(y($0))\n" }.joined()
  }

  private static let regression = """
    {"data": {"normalize": "none", "train": {"format": "csv", "path": "train.csv", "targets": "y"},
              "validation": {"format": "csv", "path": "validation.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": {"type": "mse"},
     "optimizer": {"type": "sgd", "learning_rate": 0.05}, "training": {"epochs": 6, "global_batch_size": 8},
     "metrics": ["r2", "mae"]}
    """

  private static let early = #"training.early_stopping={"metric": "r2", "patience": 1}"#
  private static let plateau =
    #"optimizer.schedule={"type": "reduce_on_plateau", "metric": "r2", "patience": 0, "factor": 0.5}"#

  @Test("a metric that never has a value stops nothing, and it is said", arguments: [0, 2])
  func neverAValue(ranks: Int) throws {
    for (rows, reason) in [
      (0..<1, "one row has no variance"), (0..<5, "the target 'y' is constant and has no variance"),
    ] {
      let tables = ["train.csv": Self.table(0..<40) { "\($0 % 7)" }, "validation.csv": Self.table(rows) { _ in "2" }]
      let watched = try Self.train(Self.regression, tables, [Self.early, Self.plateau], ranks: ranks)
      let free = try Self.train(Self.regression, tables, ranks: ranks)
      #expect(watched.summary["steps"] == .integer(30))
      #expect(watched.summary["weights_sha256"] == free.summary["weights_sha256"])
      #expect(watched.summary["best_step"] == .null)
      let cause = "validation r2 never had a value (\(reason))"
      #expect(watched.summary["undefined"]?["best_step"] == .string(cause))
      #expect(watched.summary["metrics"]?["validation"]?["r2"] == .null)
      #expect(watched.summary["metrics"]?["validation"]?["undefined"]?["r2"] == .string(reason))
      let warnings = watched.outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
      #expect(
        warnings == [
          "warning: validation r2 has no value (\(reason)); until it has one, training is not stopped early and no weights are the best",
          "warning: validation r2 has no value (\(reason)); until it has one, the learning rate is not reduced",
          "warning: \(cause); training was not stopped early, and the last weights are handed over",
          "warning: \(cause); the learning rate was not reduced",
        ])
      #expect(watched.outcome.output.contains("r2 undefined (\(reason))  mae "))
      for line in watched.log where line["split"] == .string("validation") {
        #expect(line["r2"] == .null && line["undefined"]?["r2"] == .string(reason))
      }
      for line in watched.log where line["split"] == .string("train") {
        #expect(line["learning_rate"] == .number(0.05))
      }
    }
  }

  @Test("a part of a name watches what the whole name watches", arguments: [0, 2])
  func partOfAName(ranks: Int) throws {
    let config = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "train.csv", "targets": "y"}, "validation": {"fraction": 0.3}},
       "model": {"layers": [{"type": "dense", "units": 3}]}, "loss": {"type": "categorical_cross_entropy"},
       "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"epochs": 30, "global_batch_size": 16},
       "metrics": ["accuracy", {"type": "f1", "average": "macro"}]}
      """
    let tables = ["train.csv": Self.table(0..<120) { "\(($0 * 37 % 19 + $0 * 53 % 23) / 15)" }]
    let runs = try ["f1_macro", "f1", "val_f1"].map {
      try Self.train(config, tables, [#"training.early_stopping={"metric": "\#($0)", "patience": 2}"#], ranks: ranks)
    }
    let whole = runs[0].summary
    guard case .integer(let best)? = whole["best_step"], case .integer(let steps)? = whole["steps"] else {
      Issue.record("no best step: \(whole.compactText)")
      return
    }
    // The best is not the last by chance, and the run ended with the patience.
    #expect(steps == best + 2 * 6 && steps < 30 * 6, "best \(best), steps \(steps)")
    for run in runs {
      #expect(run.summary["weights_sha256"] == whole["weights_sha256"] && run.summary["steps"] == whole["steps"])
    }
    #expect(!runs[0].outcome.output.contains(" watches "))
    #expect(runs[1].outcome.output.contains("training.early_stopping watches validation f1_macro, more is better\n"))
  }

  @Test("a constant loss below 0 is a plateau", arguments: [0, 2])
  func negativePlateau(ranks: Int) throws {
    let config = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "train.csv", "targets": "y"}, "validation": {"fraction": 0.3}},
       "model": {"layers": [{"type": "dense", "units": 1, "initializer": {"type": "zeros"}}]},
       "loss": {"type": "expression", "per_sample": "0.5*(y-p)^2 + k", "constants": {"k": -4}},
       "optimizer": {"type": "sgd", "learning_rate": 1e-12,
                     "schedule": {"type": "reduce_on_plateau", "patience": 1, "factor": 0.5}},
       "training": {"epochs": 6, "global_batch_size": 16}}
      """
    let run = try Self.train(config, ["train.csv": Self.table(0..<40) { _ in "0" }], ranks: ranks)
    let rates = run.log.filter { $0["split"] == .string("train") }.map { $0["learning_rate"]?.compactText ?? "" }
    #expect(rates == ["1e-12", "1e-12", "1e-12", "5e-13", "5e-13", "2.5e-13"])
  }
}
