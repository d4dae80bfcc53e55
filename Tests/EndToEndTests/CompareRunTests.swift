import Foundation
import TestSupport
import Testing

/// `ptrain compare` as a person starts it: alone and under mpirun, killed at any instant, and one fold trained alone.
@Suite(.serialized) struct CompareRunTests {
  private static let line = [
    "compare", "configs/diabetes.json", "--losses", "mse,mae,huber:0.5", "--folds", "5", "--repeats", "2", "--threads",
    "1",
  ]

  private func file(_ directory: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: directory + "/compare.json"))
  }

  /// Ranks beside one: two, and more in the long runs.
  private static let ranks = ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil ? [2] : [2, 3, 4, 7]

  @Test("1 and more ranks write the same bytes; the table says what stands in them; once more, nothing is trained")
  func ranks() throws {
    let folder = try TemporaryFolder()
    let epochs = ["--set", "training.epochs=6"]
    let alone = try Command.ptrain(Self.line + epochs + ["--output", folder.path + "/1"])
    #expect(alone.status == 0 && alone.errors.isEmpty, "\(alone.errors)")
    let words = [
      "comparing mse | mae | huber:0.5", "the test part is left out", "rmse is what 'mse' makes small", "95 % interval",
      "the reference", "10 folds (2",
    ]
    for word in words { #expect(alone.output.contains(word), "\(word): \(alone.output)") }
    for ranks in Self.ranks {
      let together = try Command.ptrain(Self.line + epochs + ["--output", folder.path + "/\(ranks)"], ranks: ranks)
      #expect(together.status == 0, "\(together.errors)")
      #expect(try file(folder.path + "/1") == file(folder.path + "/\(ranks)"), "\(ranks) ranks")
    }
    let log = folder.path + "/1/trainings-0.jsonl", before = try Data(contentsOf: URL(fileURLWithPath: log))
    let again = try Command.ptrain(Self.line + epochs + ["--output", folder.path + "/1", "--json"], ranks: 2)
    #expect(try Data(again.output.utf8) == file(folder.path + "/1"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: log)) == before)

    let value = try JSONSerialization.jsonObject(with: file(folder.path + "/1")) as? [String: Any]
    let trainings = try #require(value?["trainings"] as? [[String: Any]])
    #expect(trainings.count == 30)
    let one = try #require(
      trainings.first {
        $0["repeat"] as? Int == 2 && $0["fold"] as? Int == 4 && $0["candidate"] as? String == "huber:0.5"
      })
    let hash = try #require(one["weights_sha256"] as? String)
    let only = try Command.ptrain(
      Self.line + epochs + ["--only", "repeat=2,fold=4,candidate=huber:0.5", "--quiet"], ranks: 2)
    #expect(only.status == 0 && only.output == "weights_sha256 \(hash)\n", "\(only.output) \(only.errors)")
    let other = try Command.ptrain(Self.line + ["--output", folder.path + "/1", "--set", "training.epochs=7"])
    #expect(
      other.status == 78 && other.complaints.first?.contains("belongs to another comparison") == true, "\(other.errors)"
    )
  }

  @Test("killed again and again, it goes on and ends with the bytes of one that was not")
  func killed() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/killed"
    let epochs = ["--set", "training.epochs=60", "--quiet"]
    let whole = try Command.ptrain(Self.line + epochs + ["--output", folder.path + "/whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    let words = ([Command.ptrain] + Self.line + epochs + ["--output", run]).map { "'\($0)'" }.joined(separator: " ")
    for kill in 1...4 {
      // When some more trainings are over.
      let waits =
        "until [ \"$(cat '\(run)'/trainings-*.jsonl 2>/dev/null | wc -l)\" -ge \(6 * kill) ]; do kill -0 $! || exit 0; sleep 0.01; done"
      _ = try Command.run(["sh", "-c", "\(words) & \(waits); kill -9 $!; wait $!"], seconds: 60)
    }
    let end = try Command.ptrain(Self.line + epochs + ["--output", run], ranks: 2)
    #expect(end.status == 0, "\(end.errors)")
    #expect(try file(run) == file(folder.path + "/whole"))
  }

  @Test("a directory that a living process writes to is refused, of either kind; so is a lock that is none")
  func locked() throws {
    let folder = try TemporaryFolder()
    let sweep = ["sweep", "configs/diabetes.json", "--search", "optimizer.learning_rate=[0.1,0.01]", "--trials", "2"]
    for (number, kind) in [Self.line, sweep].enumerated() {
      let run = folder.path + "/run-\(number)", second = kind + ["--quiet", "--output", run]
      let long = ["--quiet", "--set", "training.epochs=3000", "--output", run]
      let first = ([Command.ptrain] + Self.line + long).map { "'\($0)'" }.joined(separator: " ")
      let words = ([Command.ptrain] + second).map { "'\($0)'" }.joined(separator: " ")
      let waits = "until [ -s '\(run)/trainings-0.jsonl' ]; do kill -0 $! || exit 1; sleep 0.02; done"
      let outcome = try Command.run(
        [
          "sh", "-c", "\(first) 2>/dev/null & \(waits); \(words); code=$?; kill -9 $!; wait $! 2>/dev/null; exit $code",
        ],
        seconds: 120)
      #expect(outcome.status == 78, "\(number): \(outcome.errors)")
      #expect(
        outcome.complaints.count == 1
          && outcome.complaints[0].hasSuffix(
            "\(run): another process is writing here; wait for its end, or choose another directory with --output"),
        "\(outcome.errors)")
    }
    // What lies there is said, not that somebody writes.
    let odd = folder.path + "/odd"
    let outcome = try Command.run(
      ["sh", "-c", "mkdir '\(odd)'; mkfifo '\(odd)/.lock'; exec '\(Command.ptrain)' \"$@\"", "sh"] + Self.line
        + ["--quiet", "--output", odd])
    #expect(
      outcome.status == 74 && outcome.complaints.first?.contains("not a lock that can be used") == true,
      "\(outcome.errors)")
  }

  @Test("asked to stop, it keeps what is trained and says how to go on")
  func stopped() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = Self.line + ["--quiet", "--set", "training.epochs=3000", "--output", run]
    let words = ([Command.ptrain] + line).map { "'\($0)'" }.joined(separator: " ")
    let waits = "until [ -s '\(run)/trainings-0.jsonl' ]; do kill -0 $! || exit 1; sleep 0.02; done"
    let outcome = try Command.run(["sh", "-c", "\(words) & \(waits); kill -TERM $!; wait $!"], seconds: 120)
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(
      outcome.complaints.count == 1 && outcome.complaints[0].contains(" finished and kept in"),
      "\(outcome.errors)")
  }
}
