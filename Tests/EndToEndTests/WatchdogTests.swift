import Foundation
import TestSupport
import Testing

/// A rank that falls silent ends the run, with its name and what it was doing.
@Suite(.serialized) struct WatchdogTests {
  /// Reading these data takes seconds and little memory, so a signal meets a rank that reads, or waits for the one that
  /// does.
  static let slowToRead = #"""
    {"data": {"train": {"format": "synthetic", "task": "regression", "examples": 40000, "features": 256, "targets": 256}},
     "model": {"layers": [{"type": "dense", "units": 256}]}, "loss": {"type": "mse"},
     "optimizer": {"type": "sgd", "learning_rate": 0.01},
     "training": {"epochs": 1, "steps": 2, "global_batch_size": 64}}
    """#

  /// Runs a config on some ranks, each of which leaves the number of its process in a file `rank-R`.
  ///
  /// - Parameter meanwhile: shell commands that run beside mpirun, which is process `$job`, its standard output in
  ///   `$out`.
  private func run(
    _ config: String, _ settings: [String], ranks: Int, in folder: TemporaryFolder,
    environment: [String: String] = [:], meanwhile: String
  ) throws -> Command.Outcome {
    let line =
      ([Command.ptrain, config, "--threads", "1", "--output", folder.path + "/run"]
      + settings.flatMap { ["--set", $0] }).map { "'\($0)'" }.joined(separator: " ")
    // The shell of each rank notes its process, which ptrain then takes over.
    try folder.write("echo $$ >\(folder.path)/rank-$OMPI_COMM_WORLD_RANK; exec \(line)", to: "rank.sh")
    return try Command.run(
      [
        "sh", "-c",
        """
        out='\(folder.path)/out'; run='\(folder.path)/run'; touch "$out"
        mpirun -n \(ranks) --bind-to none sh '\(folder.path)/rank.sh' >"$out" & job=$!
        rank() { cat "\(folder.path)/rank-$1"; }
        await() { while ! eval "$1"; do kill -0 $job || exit 1; sleep 0.05; done; }
        \(meanwhile)
        """,
      ], environment: environment, seconds: 90)
  }

  /// One line, code 69, and the rank's name.
  private func expectSilent(_ rank: Int, _ seconds: Int, _ what: Regex<Substring>, _ outcome: Command.Outcome) throws {
    #expect(outcome.status == 69, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.complaints)")
    let complaint = try #require(outcome.complaints.first)
    #expect(complaint.hasPrefix("ptrain: rank \(rank) on "), "\(complaint)")
    #expect(complaint.contains("has been silent for \(seconds) s"), "\(complaint)")
    #expect(complaint.contains(what), "\(complaint)")
  }

  @Test("a rank that is stopped in training is named", arguments: [0, 1, 2])
  func stoppedInTraining(victim: Int) throws {
    let outcome = try run(
      "configs/digits.json", ["training.epochs=100000", "parallel.watchdog_seconds=2"], ranks: 3, in: TemporaryFolder(),
      meanwhile: #"await '[ -s "$run/metrics.jsonl" ]'; kill -STOP $(rank \#(victim)); wait $job"#)
    try expectSilent(victim, 2, #/ at step \d+, while /#, outcome)
  }

  @Test("a rank that is stopped before training is named", arguments: [0, 1], ["auto", "mpi"])
  func stoppedWhileReading(victim: Int, allreduce: String) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.slowToRead, to: "config.json")
    // The first line of output comes just before the first rank begins to read.
    let outcome = try run(
      config, ["parallel.watchdog_seconds=1", "parallel.invariant=false", "parallel.allreduce=\(allreduce)"], ranks: 3,
      in: folder, meanwhile: #"await '[ -s "$out" ]'; sleep 0.2; kill -STOP $(rank \#(victim)); wait $job"#)
    try expectSilent(victim, 1, #/ while (?:starting|reading data)/#, outcome)
  }

  @Test("a rank whose file system does not answer is named")
  func stuckFile() throws {
    let folder = try TemporaryFolder()
    let settings = ["checkpoint.every_steps=4"]
    let first = try run(
      "configs/digits.json", settings + ["training.time_limit=0.01"], ranks: 2, in: folder, meanwhile: "wait $job")
    #expect(first.status == 75, "\(first.errors)")
    // The first rank, which reads the checkpoint, hangs as on a lost server.
    let library = folder.path + "/stuck.so"
    let made = try Command.run([
      "clang", "-O2", "-shared", "-fPIC", "-o", library, Command.root + "/Tests/EndToEndTests/Allocations/stuck.c",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let outcome = try run(
      "configs/digits.json", settings + ["parallel.watchdog_seconds=1"], ranks: 2, in: folder,
      environment: ["LD_PRELOAD": library], meanwhile: "wait $job")
    try expectSilent(0, 1, #/ while reading a checkpoint/#, outcome)
  }

  @Test("negative control: a rank that reads for longer than the limit is not silent")
  func slowReader() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.slowToRead, to: "config.json")
    let outcome = try run(
      config, ["parallel.watchdog_seconds=2", "data.train.examples=120000"], ranks: 2, in: folder,
      meanwhile: "begin=$(date +%s); wait $job && echo $(($(date +%s) - begin)) seconds")
    #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
    let seconds = try #require(outcome.output.split(separator: " ").first.flatMap { Int($0) })
    #expect(seconds >= 3, "too quick to show anything")
  }

  @Test("negative control: without a watchdog nobody notices")
  func off() throws {
    let outcome = try run(
      "configs/digits.json", ["training.epochs=100000", "parallel.watchdog_seconds=0"], ranks: 2, in: TemporaryFolder(),
      meanwhile: #"""
        await '[ -s "$run/metrics.jsonl" ]'; kill -STOP $(rank 1); sleep 4; kill -0 $job && echo alive
        kill -KILL $(rank 1); wait $job
        """#)
    #expect(outcome.output.contains("alive"), "\(outcome.errors)")
    #expect(outcome.complaints.isEmpty)
  }
}
