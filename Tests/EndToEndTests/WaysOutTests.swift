import Foundation
import TestSupport
import Testing

/// What a place refuses is said with its own reason and way out; free space is advised where there is none.
@Suite struct WaysOutTests {
  /// A place: a row of the table.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// What a shell does in the folder before.
    var before = "true"
    /// Options of a disk at `F/disk`.
    var disk: String?
    var arguments: [String]
    var says: [String]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "ENAMETOOLONG", arguments: ["--output", "F/" + String(repeating: "n", count: 300)],
      says: ["(File name too long); choose another directory with --output or checkpoint.directory"]),
    Case(
      name: "ENOTDIR", before: "touch file", arguments: ["--output", "F/file/run"],
      says: [
        "F/file/run: the directory cannot be made (Not a directory); remove the file that is where a directory should be or choose"
      ]),
    Case(
      name: "ELOOP", before: "ln -s b a; ln -s a b", arguments: ["--output", "F/a/run"],
      says: ["(Too many levels of symbolic links); choose another directory with --output or checkpoint.directory"]),
    Case(
      name: "EROFS", disk: "ro", arguments: ["--output", "F/disk/run"],
      says: ["(Read-only file system); have it mounted for writing or choose another with --output"]),
    Case(
      name: "EROFS of a trace", disk: "ro", arguments: ["--output", "F/run", "--trace", "F/disk/t.json"],
      says: [
        "--trace F/disk/t.json: cannot be written (Read-only file system); have it mounted for writing or give another"
      ]),
    Case(
      name: "ENOENT of a trace", arguments: ["--output", "F/run", "--trace", "F/none/t.json"],
      says: ["(No such file or directory); make the directory that is missing there or give another path"]),
    Case(
      name: "EPERM", before: "mkdir fixed && (chattr +i fixed || mount -t proc proc fixed)",
      arguments: ["--output", "F/fixed/run"], says: ["F/fixed/run: the directory cannot be made ("]),
    Case(
      name: "ENOSPC of a trace", disk: "size=4k", arguments: ["--output", "F/run", "--trace", "F/disk/t.json"],
      says: ["--trace F/disk/t.json: cannot be written (No space left on device); free space or give another path"]),
  ]

  @Test("alone and under 1 and 2 ranks", arguments: cases)
  func table(_ row: Case) async throws {
    for ranks in [0, 1, 2] {
      let folder = try TemporaryFolder(), disk = folder.path + "/disk"
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      if let options = row.disk {
        let mount = try Command.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk])
        try #require(
          mount.status == 0, "this test mounts small disks, which takes root in a container that may: \(mount.errors)")
        if options.hasPrefix("size") { _ = try Command.run(["sh", "-c", "head -c 9999 /dev/zero > \(disk)/full"]) }
      }
      defer { if row.disk != nil { _ = try? Command.run(["umount", "-l", disk]) } }
      let before = try Command.run(["sh", "-c", "cd \(folder.path) && \(row.before)"])
      #expect(before.status == 0, "\(before.errors)")
      defer { _ = try? Command.run(["sh", "-c", "cd \(folder.path) && (umount fixed; chattr -i fixed)"]) }
      func inFolder(_ text: String) -> String { text.replacingOccurrences(of: "F/", with: folder.path + "/") }
      let outcome = try await Command.mostlyWaiting(
        ["configs/breast_cancer.json", "--quiet", "--threads", "1"] + row.arguments.map(inFolder), ranks: ranks,
        seconds: 120)
      #expect(outcome.status == 74 && outcome.complaints.count == 1, "\(ranks) ranks: \(outcome.errors)")
      for part in row.says { #expect(outcome.errors.contains(inFolder(part)), "\(ranks) ranks: \(outcome.errors)") }
      #expect(
        outcome.errors.contains("free space") == row.name.hasPrefix("ENOSPC"), "\(ranks) ranks: \(outcome.errors)")
    }
  }

  /// With fewer than a run needs it used to train to its end, and to advise free space there: 20 under mpirun, 8 alone.
  @Test("few open files: a run is refused before its first step, or trained to its end", arguments: [0, 1, 2])
  func openFiles(_ ranks: Int) throws {
    let limits = ranks == 0 ? 5...12 : 12...27
    var outcomes: [Int32] = []
    for limit in limits {
      let folder = try TemporaryFolder(), run = folder.path + "/run"
      let line =
        ["prlimit", "--nofile=\(limit)", Command.ptrain, "configs/breast_cancer.json", "--quiet", "--threads", "1"]
        + [
          "--output", run, "--set", "training.epochs=2", "--set", "checkpoint.every_steps=5", "--set",
          "checkpoint.keep=1",
        ]
      let outcome = try Command.run((ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]) + line)
      outcomes.append(outcome.status)
      #expect(!outcome.errors.contains("warning: "), "\(limit): \(outcome.errors)")
      guard outcome.status != 0 else {
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").filter { $0 != ".lock" }.count == 1)
        continue
      }
      #expect(outcome.status == 74 && outcome.complaints.count == 1, "\(limit): \(outcome.errors)")
      let words = "\(limit) files may be open at the same time (ulimit -n) and "
      #expect(outcome.errors.contains(words) && outcome.errors.contains(": raise that limit"), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: run + "/metrics.jsonl"), "\(limit)")
    }
    // Both happen, and more files never harm.
    #expect(outcomes.first == 74 && outcomes.last == 0 && outcomes == outcomes.sorted(by: >), "\(outcomes)")
  }
}
