import Foundation
import TestSupport
import Testing

/// What a run opens to others: no port where it is alone, no file that somebody has planted.
@Suite(.serialized) struct DoorTests {
  private static let endless = ["configs/digits.json", "--quiet", "--set", "training.epochs=1000000", "--output"]

  /// The sockets that a process has open and listens on, as /proc tells.
  private func doors(of process: Int32) -> Int {
    let folder = "/proc/\(process)/fd", files = FileManager.default
    let open = ((try? files.contentsOfDirectory(atPath: folder)) ?? []).compactMap {
      try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
    }
    let tables = ["tcp", "tcp6"].compactMap { try? String(contentsOfFile: "/proc/net/\($0)", encoding: .utf8) }
    // Local and remote address, state (0A: it listens), …, the socket's number.
    var found = 0
    for line in tables.flatMap({ (table: String) -> [Substring] in table.split(separator: "\n") }) {
      let words: [Substring] = line.split(separator: " ")
      if words.count > 9, words[3] == "0A", open.contains("socket:[\(words[9])]") { found += 1 }
    }
    return found
  }

  /// What a run that trains listens on, before it is asked to stop.
  private func doors(_ line: [String], run: String) throws -> Int {
    var doors = -1
    let outcome = try Command.run(line) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      let processes = Processes.find("ptrain", "configs/digits.json", mentioning: run)
      #expect(processes.count == 1)
      doors = processes.reduce(0) { $0 + self.doors(of: $1) }
      Processes.send(SIGUSR1, to: processes)
    }
    #expect(outcome.status == 75, "\(outcome.errors)")
    return doors
  }

  @Test("alone it listens on no port; under mpirun it does (negative control)")
  func ports() throws {
    let folder = try TemporaryFolder(), alone = folder.path + "/alone", under = folder.path + "/under"
    #expect(try doors([Command.ptrain] + Self.endless + [alone], run: alone) == 0)
    #expect(try doors(["mpirun", "-n", "1", Command.ptrain] + Self.endless + [under], run: under) > 0)
  }

  @Test("links that somebody has planted are not followed", arguments: [0, 2])
  func plantedLinks(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
    let names = [
      "config.json", "metrics.jsonl", "model.safetensors", "last.safetensors", "summary.json", "stopped.json",
    ]
    for name in names + names.map({ $0 + ".partial" }) where name != "config.json" {
      try folder.write("precious", to: "victim-" + name)
      try FileManager.default.createSymbolicLink(
        atPath: run + "/" + name, withDestinationPath: folder.path + "/victim-" + name)
    }
    let outcome = try Command.ptrain(
      [
        "configs/breast_cancer.json", "--quiet", "--set", "training.epochs=1", "--trace", run + "/trace.json",
        "--output", run,
      ],
      ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for name in names + names.map({ $0 + ".partial" }) where name != "config.json" {
      let text = FileManager.default.contents(atPath: folder.path + "/victim-" + name).map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(text == "precious", "\(name)")
    }
  }

  @Test("a request to stop is heard while data are read", arguments: [SIGTERM, SIGINT, SIGUSR1])
  func stopsWhileReading(signal: Int32) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let config = try folder.write(WatchdogTests.slowToRead, to: "config.json")
    let outcome = try Command.run([Command.ptrain, config, "--threads", "1", "--output", run]) {
      var found: [Int32] = []
      // Its libraries are mapped and it listens once it has asked how many cores there are: when its threads have been
      // tried.
      #expect(
        Processes.wait {
          found = Processes.find("ptrain", config, mentioning: run)
          return found.first.map { isListening($0) } ?? false
        })
      Processes.send(signal, to: found)
    }
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("before the first step; the same command goes on"), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: run + "/summary.json"))
  }

  /// Whether a process catches SIGTERM.
  private func isListening(_ process: Int32) -> Bool {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
    let mask = line.flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) } ?? 0
    return mask & 1 << UInt64(SIGTERM - 1) != 0
  }
}

/// What the supervisor does about an mpirun, or an only rank, that is stopped, and about what cannot succeed.
@Suite(.serialized) struct StoppedLaunchTests {
  @Test(
    "a stopped mpirun, and an only rank that is stopped, are named, killed and started again",
    arguments: ["mpirun", "ptrain"])
  func stopped(victim: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let settings = [
      "configs/digits.json", "--quiet", "--set", "training.epochs=60", "--set", "checkpoint.every_steps=200",
    ]
    let expected = try Command.ptrain(settings + ["--output", folder.path + "/plain"])
    let line =
      [Command.ptrain, "launch", "-n", "1"] + settings + ["--set", "parallel.watchdog_seconds=2", "--output", run]
    let outcome = try Command.run(line, environment: ["TMPDIR": folder.path]) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      Processes.send(
        SIGSTOP,
        to: victim == "mpirun"
          ? Processes.find("mpirun", "-n", mentioning: run) : Processes.find("ptrain", "train", mentioning: run))
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == expected.output)
    #expect(outcome.errors.contains("is stopped, and nothing goes on"), "\(outcome.errors)")
    #expect(outcome.errors.contains("restart 1 of 5"), "\(outcome.errors)")
    // What the killed mpirun has left is cleared away.
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("ompi.") }
    #expect(
      left.allSatisfy { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + $0)) ?? []).isEmpty }
    )
  }

  @Test("what the files' places refuse is not tried twice", arguments: hopelessPlaces)
  func hopeless(_ row: Hopeless) throws {
    let folder = try TemporaryFolder(), disk = folder.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    func inFolder(_ text: String) -> String { text.replacingOccurrences(of: "F/", with: folder.path + "/") }
    if let options = row.disk {
      let mount = try Command.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk])
      try #require(
        mount.status == 0, "this test mounts small disks, which takes root in a container that may: \(mount.errors)")
    }
    defer { if row.disk != nil { _ = try? Command.run(["umount", "-l", disk]) } }
    try folder.write("", to: "file")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/half/summary.json.partial", withIntermediateDirectories: true)
    let outcome = try Command.run(
      row.before.map(inFolder) + [
        Command.ptrain, "launch", "-n", "2", "configs/breast_cancer.json", "--quiet", "--set", "training.epochs=1",
        "--output",
        inFolder(row.output),
      ], environment: row.environment.mapValues(inFolder))
    #expect(outcome.status == row.code, "\(outcome.errors)")
    let says = inFolder(row.says), complaints = outcome.complaints
    #expect(
      (1...row.lines).contains(complaints.count) && complaints.allSatisfy { $0.contains(says) }, "\(outcome.errors)")
    #expect(!outcome.errors.contains("restart"), "\(outcome.errors)")
  }

  /// A place that another start would not find any better.
  struct Hopeless: Sendable, CustomTestStringConvertible {
    var output = "F/run"
    var before: [String] = []
    var environment: [String: String] = [:]
    /// Options of the disk at `F/disk`.
    var disk: String?
    var says: String
    var code: Int32 = 74
    /// How many ranks may say it.
    var lines = 1
    var testDescription: String { says }
  }

  static let hopelessPlaces: [Hopeless] = [
    Hopeless(output: "/proc/nowhere/run", says: "the directory cannot be made"),
    Hopeless(output: "F/file", says: "F/file: not a directory one can write to"),
    Hopeless(output: "F/half", says: "F/half/summary.json.partial: a directory, where the run is to write a file"),
    Hopeless(output: "F/disk/run", disk: "size=20k", says: "F/disk/run: the run will write up to "),
    Hopeless(
      output: "F/disk/run", disk: "ro", says: "F/disk/run: the directory cannot be made (Read-only file system)"),
    Hopeless(before: ["prlimit", "--fsize=1000000"], says: "a file may have 1000000 bytes (ulimit -f)"),
    Hopeless(environment: ["TMPDIR": "F/disk"], disk: "size=5m", says: "F/disk: 5.2 MB and "),
    Hopeless(
      environment: ["TMPDIR": "F/disk"], disk: "ro", says: "F/disk: not a directory one can write to, and mpirun keeps"),
    Hopeless(
      before: ["unshare", "-m", "sh", "-c", #"mount -t tmpfs -o size=4k tmpfs /dev/shm && exec "$0" "$@""#],
      says: "MPI cannot have the memory that ranks of a node share: ", lines: 2),
  ]
}
