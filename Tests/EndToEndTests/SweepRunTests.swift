import Foundation
import TestSupport
import Testing

/// `ptrain sweep` as a person starts it: on 1, 2 and 3 ranks, killed at any instant, stopped, and one trial trained
/// alone.
@Suite(.serialized) struct SweepRunTests {
  private static let line = [
    "sweep", "configs/diabetes.json", "--search", "optimizer.learning_rate=1e-4..3:log", "--search",
    "model.layers[0].units=8..200:int:log", "--method", "sobol", "--trials", "9", "--halving", "--threads", "1",
  ]

  private func file(_ directory: String, _ name: String = "sweep.json") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
  }

  /// Ranks beside one: a few, and more in the long runs.
  private static let ranks = ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil ? [2, 3] : [2, 3, 4, 7]

  @Test("1, 2 and 3 ranks write the same bytes; trials have their hashes alone; the best config trains to its hash")
  func ranks() throws {
    let folder = try TemporaryFolder(), line = Self.line + ["--budget", "9", "epochs"]
    let alone = try Command.ptrain(line + ["--output", folder.path + "/1"])
    #expect(alone.status == 0 && alone.errors.isEmpty, "\(alone.errors)")
    let words = ["9 trials of up to 9 epochs, in 1 bracket of up to 3 rungs", "the test rows are not looked at"]
    for word in words { #expect(alone.output.contains(word), "\(word): \(alone.output)") }
    for ranks in Self.ranks {
      let found = try Command.ptrain(line + ["--output", folder.path + "/\(ranks)"], ranks: ranks)
      #expect(found.status == 0, "\(found.errors)")
      #expect(try file(folder.path + "/1") == file(folder.path + "/\(ranks)"), "\(ranks) ranks")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/1/states"))
    let log = folder.path + "/1/trainings-0.jsonl", before = try Data(contentsOf: URL(fileURLWithPath: log))
    #expect(String(decoding: before, as: UTF8.self).split(separator: "\n").count == 13)
    let again = try Command.ptrain(line + ["--output", folder.path + "/1", "--json"], ranks: 2)
    #expect(try Data(again.output.utf8) == file(folder.path + "/1"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: log)) == before)
    // What the log says of trial 4 where it was judged first.
    let text = String(decoding: before, as: UTF8.self).split(separator: "\n").first { $0.contains(#""4.1.1""#) }
    let value = try JSONSerialization.jsonObject(with: Data((text ?? "{}").utf8)) as? [String: Any]
    let result = try #require(value?["result"] as? [String: Any])
    if let hash = result["weights_sha256"] as? String {
      let only = try Command.ptrain(line + ["--only", "trial=4,rung=1", "--quiet"], ranks: 2)
      #expect(only.status == 0 && only.output == "weights_sha256 \(hash)\n", "\(only.output) \(only.errors)")
    }
    let best = try Command.ptrain([folder.path + "/1/best.json", "--output", folder.path + "/best", "--threads", "2"])
    #expect(best.status == 0, "\(best.errors)")
    let summary = try JSONSerialization.jsonObject(with: file(folder.path + "/best", "summary.json")) as? [String: Any]
    let hash = try #require(summary?["weights_sha256"] as? String)
    #expect(try String(decoding: file(folder.path + "/1"), as: UTF8.self).contains(hash))
    let other = try Command.ptrain(line + ["--eta", "2", "--output", folder.path + "/1"])
    #expect(
      other.status == 78 && other.complaints.first?.contains("belongs to another sweep") == true, "\(other.errors)")
  }

  @Test("killed again and again, it goes on and ends with the bytes of one that was not")
  func killed() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/killed"
    let line = Self.line + ["--budget", "90", "epochs", "--quiet"]
    let whole = try Command.ptrain(line + ["--output", folder.path + "/whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    let words = ([Command.ptrain] + line + ["--output", run]).map { "'\($0)'" }.joined(separator: " ")
    for kill in 1...4 {
      // When some more trainings are over.
      let waits =
        "until [ \"$(cat '\(run)'/trainings-*.jsonl 2>/dev/null | wc -l)\" -ge \(3 * kill) ]; "
        + "do kill -0 $! || exit 0; sleep 0.01; done"
      _ = try Command.run(["sh", "-c", "\(words) & \(waits); kill -9 $!; wait $!"], seconds: 60)
    }
    let end = try Command.ptrain(line + ["--output", run], ranks: 2)
    #expect(end.status == 0, "\(end.errors)")
    #expect(try file(run) == file(folder.path + "/whole"))
  }

  @Test("asked to stop, it keeps what is trained and what is under way, and says how to go on")
  func stopped() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = Self.line + ["--quiet", "--budget", "90000", "epochs", "--min-budget", "10", "--output", run]
    let words = ([Command.ptrain] + line).map { "'\($0)'" }.joined(separator: " ")
    let waits = "until [ -s '\(run)/trainings-0.jsonl' ]; do kill -0 $! || exit 1; sleep 0.02; done; sleep 0.3"
    let outcome = try Command.run(["sh", "-c", "\(words) & \(waits); kill -TERM $!; wait $!"], seconds: 120)
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(
      outcome.complaints.count == 1 && outcome.complaints[0].contains("those under way too, the same command goes on"),
      "\(outcome.errors)")
    #expect(try !FileManager.default.contentsOfDirectory(atPath: run + "/states").isEmpty)
  }
}
