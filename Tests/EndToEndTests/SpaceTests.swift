import Foundation
import TestSupport
import Testing

/// Space for the files of a run's end is asked for before its first step.
@Suite struct SpaceTests {
  /// A start on a small disk: a row of the table.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// Options of the disk, mounted at `F/disk`.
    var disk: String
    var arguments: [String]
    var code: Int32
    var says: [String] = []
    var testDescription: String { name }
  }

  /// A model of 402 kB, 1.2 MB with Adam's arrays, and up to four checkpoints of that.
  private static let config = RunLife.config.replacingOccurrences(
    of: #"{"type": "dense", "units": 2}"#, with: #"{"type": "dense", "units": 20000}, {"type": "dense", "units": 2}"#
  ).replacingOccurrences(of: "0.1}", with: "0.001}")

  static let cases: [Case] = [
    Case(
      name: "no room for the checkpoints", disk: "size=3m", arguments: ["--output", "F/disk/run"], code: 74,
      says: ["F/disk/run: the run will write up to 5.", "4 checkpoints of 1.3 MB", " are free; free space, or choose"]),
    Case(
      name: "no room for the model", disk: "size=300k",
      arguments: ["--output", "F/disk/run", "--set", "checkpoint.directory=\"F/elsewhere\""], code: 74,
      says: ["F/disk/run: the run will write up to ", "(model.safetensors 402 kB, summary.json", " kB are free"]),
    Case(
      name: "no room where checkpoints go", disk: "size=1200k",
      arguments: ["--output", "F/run", "--set", "checkpoint.directory=\"F/disk/c\""], code: 74,
      says: [
        "F/disk/c: the run will write up to 5.", "or checkpoint.directory, or fewer checkpoints with checkpoint.keep",
      ]
    ),
    Case(
      name: "no room for averages and the best weights", disk: "size=3500k",
      arguments: [
        "--output", "F/disk/run", "--set", "checkpoint.keep=1", "--set", #"training.ema={"decay": 0.9}"#, "--set",
        #"data.validation={"fraction": 0.25}"#, "--set", "training.restore_best=true",
      ], code: 74, says: ["last.safetensors 402 kB", "3 checkpoints of 2.1 MB"]),
    Case(
      name: "no names left", disk: "size=9m,nr_inodes=9", arguments: ["--output", "F/disk/run"], code: 74,
      says: ["F/disk/run: the run will make up to ", " files there, and ", " more can be made (df -i)"]),
    Case(
      name: "room enough", disk: "size=3500k", arguments: ["--output", "F/disk/run", "--set", "checkpoint.keep=1"],
      code: 0),
  ]

  @Test("what has no room is not begun: alone and under 2 ranks", arguments: cases)
  func table(_ row: Case) async throws {
    for ranks in [0, 2] {
      let folder = try TemporaryFolder(), disk = folder.path + "/disk"
      try folder.write(Self.config, to: "config.json")
      try folder.write(ErrorTests.goodTable + "7,8,1\n", to: "data.csv")
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      let mount = try Command.run(["mount", "-t", "tmpfs", "-o", row.disk, "tmpfs", disk])
      try #require(
        mount.status == 0, "this test mounts small disks, which takes root in a container that may: \(mount.errors)")
      defer { _ = try? Command.run(["umount", "-l", disk]) }
      func inFolder(_ text: String) -> String { text.replacingOccurrences(of: "F/", with: folder.path + "/") }
      let arguments = [inFolder("F/config.json"), "--quiet", "--threads", "1"] + row.arguments.map(inFolder)
      let outcome = try await Command.mostlyWaiting(arguments, ranks: ranks, seconds: 60)
      #expect(outcome.status == row.code, "\(ranks) ranks: \(outcome.errors)")
      #expect(outcome.complaints.count == (row.code == 0 ? 0 : 1), "\(ranks) ranks: \(outcome.errors)")
      #expect(!outcome.errors.contains("warning: "), "\(ranks) ranks: \(outcome.errors)")
      for part in row.says { #expect(outcome.errors.contains(inFolder(part)), "\(ranks) ranks: \(outcome.errors)") }
      guard row.code != 0 else {
        // What the plan says is what is written.
        let model = try FileManager.default.attributesOfItem(atPath: disk + "/run/model.safetensors")[.size] as? Int
        #expect((401_000...402_000).contains(model ?? 0), "\(model ?? 0)")
        continue
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty, "\(ranks) ranks")
      guard ranks == 0 else { continue }
      let check = try await Command.mostlyWaiting(["check"] + arguments, ranks: 0, seconds: 60)
      #expect(check.status == 74 && check.complaints.count == 1, "\(check.errors)")
    }
  }

  @Test("check says how much space the run takes, and how much there is")
  func check() throws {
    let outcome = try Command.ptrain(["check", "configs/digits.json"])
    let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("space     ") } ?? ""
    #expect(
      line.contains(" in ") && line.contains("(model.safetensors 73 kB, ") && line.contains(" checkpoints of ")
        && line.hasSuffix(" free"), "\(outcome.output)\(outcome.errors)")
  }

  @Test("a limit on the size of files that is too low for the largest one: alone and under 2 ranks")
  func sizeLimit() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    try folder.write(Self.config, to: "config.json")
    try folder.write(ErrorTests.goodTable + "7,8,1\n", to: "data.csv")
    // What MPI's own files take is below the limit for two ranks, and the model is above.
    let large = ["--set", "model.layers[0].units=700000", "--set", "checkpoint.directory=\"\(folder.path)/c\""]
    let cases: [(ranks: Int, bytes: Int, arguments: [String], says: String)] = [
      (
        0, 100 << 10, [],
        "part-0.safetensors of a checkpoint will have 1.3 MB, and a file may have 102 kB (ulimit -f); raise"
      ),
      (
        2, 10 << 20, large,
        "\(run)/model.safetensors will have 14.1 MB, and a file may have 10.4 MB (ulimit -f); raise that"
      ),
      (
        2, 1 << 20, [],
        "a file may have 1048576 bytes (ulimit -f), and the memory that ranks share is a file: MPI needs 8000000;"
      ),
    ]
    for (ranks, bytes, arguments, says) in cases {
      let limited = ["prlimit", "--fsize=\(bytes)", Command.ptrain]
      let launch = ranks == 0 ? limited : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"] + limited
      let small = ["--set", "optimizer={\"type\": \"sgd\", \"learning_rate\": 0.001}"]
      let outcome = try Command.run(
        launch + [folder.path + "/config.json", "--quiet", "--threads", "1", "--output", run] + arguments
          + (ranks == 0 ? [] : small))
      #expect(outcome.status == 74, "\(ranks) ranks: \(outcome.errors)")
      #expect(
        outcome.complaints.count == 1 && outcome.complaints[0].contains(says), "\(ranks) ranks: \(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: run), "\(ranks) ranks")
    }
  }

  @Test("a run goes on where only the checkpoints that take others' place are to be written")
  func goesOn() throws {
    let folder = try TemporaryFolder(), disk = folder.path + "/disk"
    try folder.write(Self.config, to: "config.json")
    try folder.write(ErrorTests.goodTable + "7,8,1\n", to: "data.csv")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    let mount = try Command.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk])
    try #require(
      mount.status == 0, "this test mounts a small disk, which takes root in a container that may: \(mount.errors)")
    defer { _ = try? Command.run(["umount", "-l", disk]) }
    let line = [folder.path + "/config.json", "--quiet", "--threads", "1", "--output", disk + "/run"]
    let first = try Command.ptrain(line)
    #expect(first.status == 0, "\(first.errors)")
    // Three checkpoints and a model are there: 2 MB are free, and the fourth and another model need 1.7.
    let second = try Command.ptrain(line + ["--set", "training.epochs=4"])
    #expect(second.status == 0 && second.errors.isEmpty, "\(second.errors)")
    try FileManager.default.removeItem(atPath: disk + "/run/checkpoints/step-0000000008")
    // Another file takes the place of one of them.
    try Data(count: 1_400_000).write(to: URL(fileURLWithPath: disk + "/other"))
    let third = try Command.ptrain(line + ["--set", "training.epochs=5"])
    #expect(third.status == 74 && third.complaints.count == 1, "\(third.errors)")
    #expect(third.errors.contains(", 2 of them there already), and "), "\(third.errors)")
  }
}
