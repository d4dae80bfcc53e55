import Foundation
import TestSupport
import Testing

/// What is done to a run, and what its last start must do: a row of the tables of ``RunLifeTests``.
struct RunLife: Sendable, CustomTestStringConvertible {
  var name: String
  /// Starts before the last one, each with its exit code.
  var before: [(arguments: [String], code: Int32)] = []
  /// What is done to the folder then.
  var meanwhile: @Sendable (_ folder: String) throws -> Void = { _ in }
  /// The last start; `F/` in it is the folder.
  var last: [String]
  var code: Int32
  /// Parts of what it says, on standard error or output.
  var says: [String] = []
  /// The weights it ends with: those of a run with these settings that nobody disturbed.
  var like: [String]?
  /// Paths in the folder that are there afterwards, or with `!` before them are not.
  var after: [String] = []
  var testDescription: String { name }

  /// A config of six steps, two in an epoch; data and run are in the folder.
  static let config = """
    {"name": "t", "data": {"normalize": "none", "train": {"format": "csv", "path": "data.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "adam", "learning_rate": 0.1}, "training": {"epochs": 3, "global_batch_size": 2},
     "checkpoint": {"every_steps": 1}}
    """

  static func set(_ settings: String...) -> [String] { settings.flatMap { ["--set", $0] } }

  /// The arguments of a start in the folder.
  static func start(_ more: [String] = [], config: String = "F/config.json", output: String = "F/run") -> [String] {
    [config, "--output", output] + more
  }

  /// A start that is stopped after its first step.
  static func stopped(_ more: [String] = []) -> (arguments: [String], code: Int32) {
    (start(set("training.time_limit=0.000001") + more), 75)
  }

  static func finished(_ more: [String] = []) -> (arguments: [String], code: Int32) { (start(more), 0) }

  /// Moves or copies things of the folder.
  static func shell(_ line: String) -> @Sendable (String) throws -> Void {
    { folder in
      let outcome = try Command.run(["sh", "-ec", "cd '\(folder)'; \(line)"])
      #expect(outcome.status == 0, "\(line): \(outcome.errors)")
    }
  }
}
