import Foundation
import Glibc
import Specs
import TestSupport
import Testing

/// Runs on files that are mapped: the weights of copied ones, and nobody trains on a file that changes.
@Suite struct MappingRunTests {
  static let config = """
    {"name": "m", "data": {"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "mapping": "always",
      "validation": {"fraction": 0.1}, "test": {"format": "npy", "features": "v.npy", "targets": "w.npy"},
      "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 2, "global_batch_size": 16}}
    """

  private static func npy(_ type: String, _ shape: String) -> Data {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let header = text + String(repeating: " ", count: 117 - text.count) + "\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
  }

  /// A folder with the config and its data.
  static func folder(rows: Int = 4000) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(config, to: "config.json")
    for (features, targets, rows) in [("x.npy", "y.npy", rows), ("v.npy", "w.npy", 500)] {
      let values = (0..<rows * 8).map { Float($0 &* 7919 % 1009) }
      try folder.write(npy("<f4", "\(rows), 8") + values.withUnsafeBytes { Data($0) }, to: features)
      try folder.write(npy("|u1", "\(rows),") + Data((0..<rows).map { UInt8($0 % 2) }), to: targets)
    }
    return folder
  }

  static func start(_ folder: TemporaryFolder, _ settings: [String], run: String = "run") -> [String] {
    [folder.path + "/config.json", "--quiet", "--threads", "1", "--output", folder.path + "/" + run]
      + settings.flatMap { ["--set", $0] }
  }

  private static func summary(_ run: String) throws -> [String?] {
    let summary = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
    return ["weights_sha256", "data_fingerprint", "metrics"].map { summary[$0]?.compactText }
  }

  @Test("mapped or copied, alone or on two ranks, interrupted or not: the same data, weights and results")
  func same() throws {
    let folder = try Self.folder()
    var summaries: [[String?]] = [], evaluations: [String] = []
    for (ranks, mapping) in [(0, "always"), (2, "always"), (2, "never"), (0, "never")] {
      let run = "\(mapping)-\(ranks)"
      let arguments = Self.start(folder, ["data.mapping=\(mapping)"], run: run)
      if ranks == 0 {
        // What was begun with the one goes on with the other.
        let other = mapping == "always" ? "never" : "always"
        let begun = try Command.ptrain(
          Self.start(folder, ["data.mapping=\(other)", "training.time_limit=0.000001"], run: run))
        #expect(begun.status == 75, "\(begun.errors)")
      }
      let outcome = try Command.ptrain(arguments, ranks: ranks)
      #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
      summaries.append(try Self.summary(folder.path + "/" + run))
      evaluations.append(try Command.ptrain(["evaluate", folder.path + "/" + run]).output)
    }
    #expect(Set(summaries).count == 1 && summaries[0].allSatisfy { $0 != nil }, "\(summaries)")
    #expect(Set(evaluations).count == 1 && evaluations[0].contains("accuracy"), "\(evaluations)")
  }

  @Test("a file larger than the memory that a process may have is trained on where it is")
  func large() throws {
    let folder = try Self.folder(), rows = 100_000
    // 400 MB of holes. Of the limit some 60 MB are taken at the start, and 256 MB have to be left for threads and MPI.
    try folder.write(Self.npy("|u1", "\(rows), 4000"), to: "x.npy")
    #expect(truncate(folder.path + "/x.npy", 128 + 4000 * rows) == 0)
    try folder.write(Self.npy("|u1", "\(rows),") + Data((0..<rows).map { UInt8($0 % 2) }), to: "y.npy")
    for (mapping, code) in [("never", 65), ("auto", 0), ("always", 0)] as [(String, Int32)] {
      let outcome = try Command.run(
        ["prlimit", "--data=380000000", Command.ptrain]
          + Self.start(
            folder,
            [
              "data.mapping=\(mapping)", "data.validation=null", "data.test=null", "data.normalize=none",
              "training.steps=10",
            ], run: mapping))
      #expect(outcome.status == code, "\(mapping): \(outcome.errors)")
      #expect(code == 0 || outcome.errors.contains("x.npy: needs 400.0 MB of memory and this machine has 3"))
    }
  }

  @Test("check says what is mapped, and what memory the rest takes")
  func check() throws {
    let folder = try Self.folder()
    func lines(_ mapping: String) throws -> [Substring] {
      let outcome = try Command.ptrain(
        ["check", folder.path + "/config.json", "--set", "data.mapping=\(mapping)"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output.split(separator: "\n").filter { $0.contains("once per node") || $0.contains("mapped") }
    }
    #expect(
      try lines("always") == [
        "data      features 8, float32, raw, once per node: 21 kB",
        "          mapped, in no memory of their own: x.npy 128 kB, v.npy 16 kB",
      ])
    #expect(try lines("auto") == ["data      features 8, float32, raw, once per node: 165 kB"])
    #expect(try lines("never") == lines("auto"))
  }

  /// What is done to the file in a shell while it is trained on, and what is said then.
  static let changes: [(line: String, says: String)] = [
    ("touch x.npy", "x.npy: changed while it was trained on: it was written to; give the same command again"),
    (
      "printf zzzz | dd of=x.npy bs=1 seek=5000 conv=notrunc 2>/dev/null",
      "x.npy: changed while it was trained on: it was written to; "
    ),
    ("cp -p x.npy y; mv y x.npy", "x.npy: changed while it was trained on: another file has that name; "),
    (
      "truncate -s 128 x.npy",
      "x.npy: became shorter while it was trained on; give the same command again when nobody writes to it, or with data.mapping"
    ),
  ]

  @Test("a file that changes ends the run on all ranks, with one line", arguments: changes, [0, 2])
  func change(_ change: (line: String, says: String), ranks: Int) throws {
    let folder = try Self.folder(rows: 40_000), run = folder.path + "/run"
    // Between two looks at the file are thousands of steps, each of which would meet its missing pages.
    let (batch, logged) = change.line.hasPrefix("truncate") ? (2, 10_000) : (1000, 10)
    let line =
      [Command.ptrain]
      + Self.start(
        folder,
        ["training.epochs=100000", "training.global_batch_size=\(batch)", "output.log_every_steps=\(logged)"])
    let outcome = try Command.run((ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]) + line) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      let done = try Command.run(["sh", "-ec", "cd '\(folder.path)'; \(change.line)"])
      #expect(done.status == 0)
    }
    #expect(outcome.status == 65, "\(outcome.status): \(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("ptrain: " + change.says) == true, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: run + "/summary.json"))
  }

  @Test(
    "a checkpoint that is on its way when the file changes is finished, and nobody leaves before", arguments: [0, 2])
  func checkpoint(ranks: Int) throws {
    for _ in 0..<3 {
      let folder = try Self.folder(), run = folder.path + "/run", checkpoints = run + "/checkpoints"
      let line =
        [Command.ptrain]
        + Self.start(
          folder,
          [
            "training.epochs=1000000", "checkpoint.every_steps=1",
            #"model.layers=[{"type": "dense", "units": 100000}, {"type": "dense", "units": 2}]"#,
          ])
      let outcome = try Command.run((ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]) + line) {
        #expect(
          Processes.wait {
            (try? FileManager.default.contentsOfDirectory(atPath: checkpoints))?.contains { $0.hasPrefix("step-") }
              == true
          })
        let touched = try Command.run(["touch", folder.path + "/x.npy"])
        #expect(touched.status == 0)
      }
      #expect(outcome.status == 65 && outcome.complaints.count == 1, "\(outcome.status): \(outcome.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
      #expect(names.contains { $0.hasPrefix("step-") } && !names.contains { $0.contains("writing") }, "\(names)")
    }
  }

  @Test("negative control: of a copied file nobody notices")
  func copied() throws {
    let folder = try Self.folder(), run = folder.path + "/run"
    let line = [Command.ptrain] + Self.start(folder, ["training.epochs=1000000", "data.mapping=auto"])
    let outcome = try Command.run(line) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      #expect(truncate(folder.path + "/x.npy", 128) == 0)
      let size = Self.size(run + "/metrics.jsonl")
      #expect(Processes.wait { Self.size(run + "/metrics.jsonl") > size + 2000 })
      Processes.send(SIGTERM, to: Processes.find("ptrain", folder.path + "/config.json", mentioning: run))
    }
    #expect(outcome.status == 75, "\(outcome.errors)")
  }

  private static func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int).flatMap { $0 } ?? 0
  }

  @Test("another bus error keeps its own end")
  func otherSignal() throws {
    let folder = try Self.folder(), run = folder.path + "/run"
    let outcome = try Command.run([Command.ptrain] + Self.start(folder, ["training.epochs=1000000"])) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      Processes.send(SIGBUS, to: Processes.find("ptrain", folder.path + "/config.json", mentioning: run))
    }
    #expect(outcome.status != 65 && outcome.status != 0 && outcome.complaints.isEmpty, "\(outcome)")
  }

  @Test("ranks of a node that find other files do not train together")
  func otherFile() throws {
    let folder = try Self.folder(), library = folder.path + "/other.so"
    let made = try Command.run([
      "clang", "-O2", "-shared", "-fPIC", "-o", library, Command.root + "/Tests/EndToEndTests/Allocations/other.c",
    ])
    #expect(made.status == 0, "\(made.errors)")
    for (mapping, code) in [("always", 65), ("never", 0)] as [(String, Int32)] {
      let outcome = try Command.ptrain(
        Self.start(folder, ["data.mapping=\(mapping)"], run: mapping), ranks: 2,
        environment: ["LD_PRELOAD": library, "OTHER_RANK": "1", "OTHER_FILE": folder.path + "/v.npy"])
      #expect(outcome.status == code && outcome.complaints.count == (code == 0 ? 0 : 1), "\(outcome.errors)")
      let says =
        "rank 1 of 2: x.npy: is mapped by the first rank of this node, and another one does not find the same at \(folder.path)/x.npy: "
        + "another file has that name; start the ranks"
      #expect(code == 0 || outcome.errors.contains(says), "\(outcome.errors)")
    }
  }
}
