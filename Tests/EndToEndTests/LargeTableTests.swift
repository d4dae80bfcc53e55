import Foundation
import TestSupport
import Testing

/// Every command that reads data takes a table whose columns and rows do not fit into the memory that it may have.
///
/// Predictions are no stream: the rows are read first, and are in a file then as those of all commands are.
@Suite(.serialized) struct LargeTableTests {
  /// 150,000 rows of 100 numbers that float32 does not hold, in a file of 60 MB: 120 MB as columns, and as much as
  /// rows.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder(), rows = 150_000, width = 100
    var bytes: [UInt8] = Array(((0..<width).map { "c\($0)" } + ["y"]).joined(separator: ",").utf8) + [10]
    bytes.reserveCapacity(rows * (4 * width + 2) + bytes.count)
    var state: UInt32 = 1
    for row in 0..<rows {
      for _ in 0..<width {
        state = state &* 1_664_525 &+ 1_013_904_223
        bytes += [UInt8(ascii: "0"), UInt8(ascii: "."), UInt8(ascii: "1") + UInt8(state >> 29), UInt8(ascii: ",")]
      }
      bytes += [UInt8(ascii: "0") + UInt8(row % 2), 10]
    }
    try folder.write(Data(bytes), to: "t.csv")
    try folder.write(
      """
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2}},
       "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": "categorical_cross_entropy",
       "optimizer": {"type": "sgd", "learning_rate": 0.001}, "training": {"steps": 2, "global_batch_size": 64}}
      """, to: "config.json")
    return folder
  }

  /// Megabytes that a process may write to in memory of its own: 256 are for threads and MPI where something is
  /// trained, and `init` holds up to 32,768 numbers of each column.
  private static let training = 430, reading = 250, starting = 330

  private static func limited(_ megabytes: Int, _ arguments: [String], ranks: Int = 0) throws -> Command.Outcome {
    let launch = ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]
    return try Command.run(
      launch + ["prlimit", "--data=\(megabytes)000000", Command.ptrain] + arguments, seconds: 300)
  }

  @Test("train, check, compare, sweep, advise, init, evaluate, predict")
  func commands() throws {
    let folder = try Self.folder(), config = folder.path + "/config.json", run = folder.path + "/run"
    let table = folder.path + "/t.csv", threads = ["--threads", "1"], off = ["--set", "data.cache=off"]
    let note = "t.csv: takes much memory, so that its rows are in a file without a name in \(folder.path) ("
    let trained = try Self.limited(Self.training, [config, "--output", run] + threads)
    #expect(trained.status == 0 && trained.output.contains(note), "\(trained.output)\(trained.errors)")
    let cases: [(name: String, megabytes: Int, arguments: [String], isControlled: Bool, says: Bool)] = [
      ("check", Self.training, ["check", config] + threads, false, true),
      (
        "compare", Self.training,
        [
          "compare", config, "--losses", "categorical_cross_entropy,focal", "--folds", "2", "--repeats", "1",
          "--output", folder.path + "/c",
        ] + threads, true, false
      ),
      (
        "sweep", Self.training,
        [
          "sweep", config, "--search", "optimizer.learning_rate=[0.001,0.01]", "--method", "grid", "--output",
          folder.path + "/s",
        ] + threads, false, false
      ),
      ("advise", Self.reading, ["advise", config], true, false),
      ("init", Self.starting, ["init", table, "--target", "y", "--output", folder.path + "/i.json"], false, false),
      ("evaluate", Self.reading, ["evaluate", run, table] + threads, false, true),
      ("predict", Self.reading, ["predict", run, table, "--output", folder.path + "/p.csv"] + threads, false, true),
    ]
    for (name, megabytes, arguments, isControlled, says) in cases {
      let outcome = try Self.limited(megabytes, arguments)
      #expect(outcome.status == 0, "\(name): \(outcome.errors)")
      #expect(!says || (outcome.output + outcome.errors).contains(note), "\(name): \(outcome.output)\(outcome.errors)")
      guard isControlled else { continue }
      // The negative control: without files the same memory does not do, and one sentence says so.
      let refused = try Self.limited(
        megabytes, arguments.map { $0 == folder.path + "/c" ? folder.path + "/d" : $0 } + off)
      #expect([65, 78].contains(refused.status) && refused.complaints.count == 1, "\(name): \(refused.errors)")
    }
    // Nothing is left beside the table.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.allSatisfy { !$0.hasPrefix(".") }, "\(names)")
    // Ranks of a node find the rows of the first.
    let alone = try Self.limited(Self.reading, ["evaluate", run, table] + threads)
    let both = try Self.limited(Self.reading, ["evaluate", run, table] + threads, ranks: 2)
    #expect(both.status == 0 && both.output == alone.output && both.errors.contains(note), "\(both.errors)")
  }
}
