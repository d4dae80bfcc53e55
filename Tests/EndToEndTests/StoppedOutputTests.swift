import Foundation
import TestSupport
import Testing

/// What a stop would lose: traces, figures; and what is known of their files before the work begins.
@Suite struct StoppedOutputTests {
  private static let digits = ["configs/digits.json", "--quiet", "--threads", "1"]

  /// The events of a trace; nil where the file is none.
  private static func events(_ path: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: path),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return nil }
    return (object["traceEvents"] as? [[String: Any]])?.count { $0["ph"] as? String == "X" }
  }

  /// How a run ends early, with its exit code.
  static let ends: [(name: String, settings: [String], code: Int32)] = [
    ("time limit", ["training.time_limit=0.1", "training.epochs=100000"], 75),
    ("not finite", ["optimizer.learning_rate=1e38", "training.epochs=20"], 76),
    ("signal", ["training.epochs=100000"], 75),
  ]

  @Test("a run that ends early leaves its trace", arguments: [0, 1, 2], [0, 2])
  func survives(end index: Int, ranks: Int) throws {
    let end = Self.ends[index], folder = try TemporaryFolder(), run = folder.path + "/run"
    // In the run's directory, which is not there yet.
    let trace = run + "/trace.json"
    let line =
      (ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]) + [Command.ptrain] + Self.digits
      + end.settings.flatMap { ["--set", $0] } + ["--trace", trace, "--output", run]
    let outcome = try Command.run(line) {
      guard end.name == "signal" else { return }
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      Processes.send(SIGUSR1, to: Processes.find("ptrain", "configs/digits.json", mentioning: run))
    }
    #expect(outcome.status == end.code && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(Self.events(trace) ?? 0 > 0, "\(outcome.errors)")
  }

  @Test("a start on a finished run leaves a trace as it is, and is not hindered by one")
  func untouched() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run", trace = folder.path + "/t.json"
    let line = Self.digits + ["--set", "training.epochs=1", "--output", run, "--trace", trace]
    for ranks in [0, 0, 2] {
      #expect(try Command.ptrain(line, ranks: ranks).status == 0)
      #expect(Self.events(trace) ?? 0 > 0, "\(ranks) ranks")
    }
    #expect(try Command.ptrain(["check"] + line).status == 0)
    #expect(Self.events(trace) ?? 0 > 0)
    // No start after it: the same run is finished, whatever becomes of the file.
    #expect(try Command.ptrain(Array(line.dropLast()) + [folder.path + "/absent/t.json"]).status == 0)
  }

  @Test("files that cannot be written are named with their option before anything is computed", arguments: [0, 2])
  func unwritable(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run", other = folder.path + "/other"
    let fifo = folder.path + "/fifo.csv", directory = folder.path + "/directory.csv"
    #expect(try Command.run(["mkfifo", fifo]).status == 0)
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    #expect(try Command.ptrain(Self.digits + ["--set", "training.epochs=1", "--output", run]).status == 0)
    let places: [(path: String, says: String)] = [
      (folder.path + "/absent/x.csv", "cannot be written (No such file or directory)"),
      ("/proc/x.csv", "cannot be written ("), (directory, "is a directory"), (fifo, "is not a regular file"),
    ]
    let commands: [(option: String, line: [String])] = [
      ("--trace", Self.digits + ["--output", other, "--trace"]),
      ("--trace", ["check"] + Self.digits + ["--output", other, "--trace"]),
      ("--trace", ["bench"] + Self.digits + ["--steps", "2", "--trace"]), ("--output", ["predict", run, "--output"]),
    ]
    for (path, says) in ranks == 0 ? places : [places[0], places[3]] {
      for (option, line) in commands where ranks == 0 || line[0] != "check" && line[0] != "bench" {
        let outcome = try Command.ptrain(line + [path], ranks: ranks)
        #expect(outcome.status == 74 && outcome.complaints.count == 1, "\(line) \(path): \(outcome.errors)")
        #expect(outcome.complaints.first?.contains("\(option) \(path): \(says)") == true, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: other), "\(line)")
        #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
      }
    }
    #expect(try FileManager.default.attributesOfItem(atPath: fifo)[.type] as? FileAttributeType != .typeRegular)
  }

  @Test("a sweep into a directory that cannot be made measures nothing")
  func sweepReport() throws {
    let outcome = try Command.ptrain(["bench", "configs/digits.json", "--sweep", "--quiet", "--report", "/proc/x/y"])
    #expect(outcome.status == 74 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("--report /proc/x/y: ") == true, "\(outcome.errors)")
  }

  @Test("bench and sweep that are asked to stop give the figures that they have", arguments: [[], ["--sweep"]])
  func bench(more: [String]) throws {
    let folder = try TemporaryFolder(), report = folder.path + "/report", isSweep = !more.isEmpty
    let name = "name=" + (folder.path as NSString).lastPathComponent
    var line = [Command.ptrain, "bench", "configs/digits.json", "--json", "--threads", "1"] + more
    line += isSweep ? ["--ranks", "1", "--no-weak", "--steps", "20", "--repeats", "1000", "--report", report] : []
    if !isSweep { line += ["--steps", "10000000", "--warmup", "0", "--set", name] }
    let outcome = try Command.run(line) {
      // Long enough for some steps or runs, whatever has begun by then.
      let mine = { Processes.find("ptrain", "bench", mentioning: isSweep ? report : name) }
      #expect(Processes.wait { !mine().isEmpty })
      sleep(isSweep ? 3 : 2)
      Processes.send(SIGTERM, to: mine())
    }
    #expect(outcome.status == 75 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("stopped on request (SIGTERM)") == true, "\(outcome.errors)")
    // A machine that had no second for it has no figures.
    guard outcome.complaints.first?.contains(" after 0 of ") == false, !outcome.errors.contains("before the first step")
    else { return }
    #expect(outcome.output.hasPrefix("{") && outcome.output.contains("weights"), "\(outcome.output)")
    #expect(!isSweep || Files.hold(report + "/scaling.json"))
  }
}
