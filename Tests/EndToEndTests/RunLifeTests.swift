import Foundation
import TestSupport
import Testing

/// A run belongs to itself: whatever lies in its directories, it ends with the weights of a run that nobody disturbed,
/// or with a line.
@Suite struct RunLifeTests {
  private static func hash(_ output: String) -> String? {
    output.split(separator: "\n").last { $0.hasPrefix("weights_sha256 ") }.map(String.init)
  }

  @Test(
    "one checkpoint, one config; a finished run is safe: alone and under 2 ranks",
    arguments: RunLife.identity + RunLife.finishedRuns + RunLife.locks)
  func life(_ life: RunLife) async throws {
    for ranks in [0, 2] {
      let folder = try TemporaryFolder()
      try folder.write(RunLife.config, to: "config.json")
      try folder.write(ErrorTests.goodTable + "7,8,1\n", to: "data.csv")
      func run(_ arguments: [String], ranks: Int) async throws -> Command.Outcome {
        try await Command.mostlyWaiting(
          arguments.map { $0.replacingOccurrences(of: "F/", with: folder.path + "/") } + ["--threads", "1"],
          ranks: ranks, seconds: 60)
      }
      for start in life.before {
        let outcome = try await run(start.arguments, ranks: 0)
        #expect(outcome.status == start.code, "before: \(outcome.errors)")
      }
      try life.meanwhile(folder.path)
      let outcome = try await run(life.last, ranks: ranks)
      #expect(outcome.status == life.code, "\(ranks) ranks: \(outcome.errors)")
      for part in life.says {
        let said = outcome.errors + outcome.output
        #expect(said.contains(part.replacingOccurrences(of: "F/", with: folder.path + "/")), "\(ranks) ranks: \(said)")
      }
      #expect(outcome.complaints.count == (life.code == 0 ? 0 : 1), "\(ranks) ranks: \(outcome.errors)")
      if let like = life.like {
        let reference = try await run(["F/config.json", "--output", "F/reference"] + like, ranks: 0)
        #expect(Self.hash(reference.output) != nil && Self.hash(outcome.output) == Self.hash(reference.output))
      }
      for path in life.after {
        let isAbsent = path.hasPrefix("!")
        let exists = FileManager.default.fileExists(atPath: folder.path + "/" + path.drop { $0 == "!" })
        #expect(exists != isAbsent, "\(ranks) ranks: \(path)")
      }
    }
  }

  @Test(
    "averages, best weights, patience, plateau: more epochs give the weights and the log of a run that had asked for them"
  )
  func everythingIsSaved() throws {
    let folder = try TemporaryFolder()
    let settings = [
      "configs/digits.json", "--quiet", "--threads", "1", "--set", "training.global_batch_size=512", "--set",
      #"data.validation={"fraction": 0.2}"#, "--set", #"training.ema={"decay": 0.9}"#, "--set",
      #"training.early_stopping={"patience": 4, "min_delta": 0.05}"#, "--set",
      #"optimizer={"type": "adam", "learning_rate": 0.01, "schedule": {"type": "reduce_on_plateau", "patience": 0}}"#,
    ]
    func run(_ epochs: Int, _ output: String, ranks: Int) throws -> (weights: String?, log: [Substring]) {
      let outcome = try Command.ptrain(
        settings + ["--set", "training.epochs=\(epochs)", "--output", folder.path + "/" + output], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let log = try String(contentsOfFile: folder.path + "/\(output)/metrics.jsonl", encoding: .utf8)
      return (
        Self.hash(outcome.output),
        log.split(separator: "\n").map { $0.prefix(upTo: $0.range(of: ", \"samples_per")?.lowerBound ?? $0.endIndex) }
      )
    }
    let whole = try run(9, "whole", ranks: 0)
    for (epochs, ranks) in [(2, 2), (5, 0), (9, 2)] {
      let part = try run(epochs, "part", ranks: ranks)
      #expect(part.weights != nil && (part.weights == whole.weights) == (epochs == 9))
      #expect((part.log == whole.log) == (epochs == 9))
    }
  }
}
