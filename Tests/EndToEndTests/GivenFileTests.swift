import Foundation
import Glibc
import TestSupport
import Testing

/// Where a file is meant, only files are read, and pipes that somebody writes to; nothing hangs deafly and nothing is
/// endless.
@Suite struct GivenFileTests {
  /// A folder with a good config whose data have an absolute path, and things that are no files.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(ErrorTests.goodTable, to: "data.csv")
    try folder.write(
      ErrorTests.goodConfig.replacingOccurrences(of: "data.csv", with: folder.path + "/data.csv"), to: "config.json")
    let made = try Command.run(
      ["sh", "-ec", "cd '\(folder.path)'; mkfifo fifo; mkdir directory; truncate -s 1T holes; ln -s nowhere dangling"])
    #expect(made.status == 0)
    return folder
  }

  @Test("configs, lists of hosts and sources that are no files: one line, code 66", arguments: [0, 2])
  func refused(ranks: Int) async throws {
    let folder = try folder(), run = folder.path + "/run"
    let things = [
      ("fifo", "a FIFO, and nobody writes to it"), ("directory", "a directory, not a file"),
      ("/dev/zero", "a device, not a file"), ("holes", "has more than 64 MiB"), ("dangling", "no such file"),
    ]
    for (name, says) in things {
      let path = name.hasPrefix("/") ? name : folder.path + "/" + name
      var lines = [[path, "--output", run]]
      if ranks == 0 {
        lines += [["launch", folder.path + "/config.json", "--output", run, "--hostfile", path]]
        if name != "fifo" { lines += [["check", path], ["bench", path]] }
      }
      for line in lines {
        let outcome = try await Command.mostlyWaiting(line, ranks: ranks, seconds: 60)
        #expect(outcome.status == 66 && outcome.complaints.count == 1, "\(line): \(outcome.errors)")
        #expect(outcome.complaints.first?.contains("\(path): \(says)") == true, "\(line): \(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: run))
      }
    }
  }

  @Test(
    "a config from a pipe is read, once",
    arguments: [
      ("cat C | P /dev/stdin --output R", 0), ("cat C | P - --output R", 0), ("P <(cat C) --output R", 0),
      ("mkfifo F; cat C >F & P F --output R", 0), ("P check <(sleep 0.3; cat C)", 0),
      ("cat C | M P /dev/stdin --output R", 0), ("P launch -n 1 <(cat C) --output R", 64),
      ("cat C | P launch -n 1 - --output R", 64), ("P bench --sweep <(cat C)", 64), ("cat /dev/zero | P -", 66),
    ])
  func pipes(_ line: String, _ code: Int32) throws {
    let folder = try folder()
    let names = [
      "C": folder.path + "/config.json", "P": Command.ptrain, "R": folder.path + "/run", "F": folder.path + "/pipe",
      "M": "mpirun -n 2 --bind-to none",
    ]
    let text = line.split(separator: " ").map { word in
      let key = word.trimmingCharacters(in: CharacterSet(charactersIn: ";<>()&"))
      return names[key].map { word.replacingOccurrences(of: key, with: $0) } ?? String(word)
    }.joined(separator: " ")
    let outcome = try Command.run(["bash", "-c", text], seconds: 60)
    #expect(outcome.status == code, "\(text): \(outcome.errors)")
    #expect(outcome.complaints.count == (code == 0 ? 0 : 1), "\(text): \(outcome.errors)")
    let isTrained = FileManager.default.fileExists(atPath: folder.path + "/run/summary.json")
    #expect(isTrained == (code == 0 && line.contains(" R")))
  }

  @Test("a file whose name is one character is a file")
  func shortName() throws {
    let folder = try folder()
    let line = "cd '\(folder.path)'; mv config.json c; '\(Command.ptrain)' c --output run"
    let outcome = try Command.run(["sh", "-c", line])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("a request to stop is heard while a silent writer is waited for")
  func heard() throws {
    let folder = try folder(), fifo = folder.path + "/fifo", run = folder.path + "/run"
    let line = ["sh", "-c", #"sleep 60 >"$1" & writer=$!; "$2" "$1" --output "$3"; code=$?; kill $writer; exit $code"#]
    let outcome = try Command.run(line + ["sh", fifo, Command.ptrain, run]) {
      let mine = { Processes.find("ptrain", fifo, mentioning: run) }
      // Before it listens the signal ends it too, with another code.
      #expect(Processes.wait { mine().contains { Processes.hears(SIGTERM, $0) } })
      Processes.send(SIGTERM, to: mine())
    }
    #expect(outcome.status == 75 && outcome.complaints.count == 1, "\(outcome.errors)")
  }
}

/// `launch` that is stopped before its ranks begin writes into no directory but its own run's.
@Suite(.serialized) struct IdleStopTests {
  private static let settings = ["configs/digits.json", "--quiet", "--threads", "1", "--set", "training.epochs=100000"]

  /// Stops a launch whose mpirun starts nothing; whether `stopped.json` is there then.
  private func stop(_ run: String, _ more: [String] = []) throws -> Bool {
    let folder = try TemporaryFolder(), started = folder.path + "/started"
    let script = try folder.write(
      """
      #!/usr/bin/env python3
      import signal, time
      signal.signal(signal.SIGUSR1, signal.SIG_DFL)
      open("\(started)", "w").write("yes")
      time.sleep(100)

      """, to: "mpirun")
    #expect(chmod(script, 0o755) == 0)
    let line = [Command.ptrain, "launch", "-n", "1"] + Self.settings + more + ["--mpirun", script, "--output", run]
    let outcome = try Command.run(line) {
      #expect(Processes.wait { Files.hold(started) })
      Processes.send(SIGTERM, to: Processes.find("ptrain", "launch", mentioning: run))
    }
    #expect(outcome.status == 75 && outcome.complaints.count == 1, "\(outcome.errors)")
    return FileManager.default.fileExists(atPath: run + "/stopped.json")
  }

  @Test("a living run, another run, a finished run: no stopped.json; its own, killed before: one")
  func owners() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run", finished = folder.path + "/finished"
    _ = try Command.run([Command.ptrain] + Self.settings + ["--output", run]) {
      #expect(Processes.wait { Files.hold(run + "/metrics.jsonl") })
      let isWritten = try stop(run)
      #expect(!isWritten)
      Processes.send(SIGKILL, to: Processes.find("ptrain", "configs/digits.json", mentioning: run))
    }
    #expect(try stop(run, ["--set", "seed=7"]) == false)
    #expect(try stop(run, ["--resume", "never"]) == false)
    #expect(try stop(run))
    #expect(try Command.ptrain(Self.settings.dropLast() + ["training.epochs=1", "--output", finished]).status == 0)
    #expect(try stop(finished, ["--set", "training.epochs=1"]) == false)
    #expect(try stop(folder.path + "/none") == false)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/none"))
  }
}
