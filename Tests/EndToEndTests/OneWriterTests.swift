import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// One writer: holders that live, stop, are killed or lose their lock, and directories that go away under a run.
@Suite(.serialized) struct OneWriterTests {
  private static let endless = ["configs/digits.json", "--quiet", "--threads", "1", "--set", "training.epochs=1000000"]
  private static let often = ["--set", "checkpoint.every_steps=50"]
  private static let noLocks = ["PTRAIN_LOCKS": "beat"]

  private static func hash(_ output: String) -> String? {
    output.split(separator: "\n").last { $0.hasPrefix("weights_sha256 ") }.map(String.init)
  }

  /// A run that trains until it is told to stop.
  private func line(_ run: String, ranks: Int, _ more: [String] = []) -> [String] {
    (ranks == 0 ? [] : ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]) + [Command.ptrain] + Self.endless + Self.often
      + more + ["--output", run]
  }

  private func processes(_ run: String) -> [Int32] {
    Processes.find("ptrain", "configs/digits.json", mentioning: run)
      + Processes.find("ptrain-old", "configs/digits.json", mentioning: run)
  }

  private func trains(_ run: String) -> Bool {
    Processes.wait {
      (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints"))?.contains { $0.hasPrefix("step-") }
        == true
    }
  }

  @Test("a living or stopped holder: one line with host and process; it goes on undisturbed", arguments: [0, 2])
  func living(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let first = try Command.run(line(run, ranks: ranks)) {
      #expect(trains(run))
      let holder = try String(contentsOfFile: run + "/.lock", encoding: .utf8)
      for signal in [SIGCONT, SIGSTOP] {
        Processes.send(signal, to: processes(run))
        for (output, more) in [
          (run, []), (folder.path + "/other", ["--set", "checkpoint.directory=\"\(run)/checkpoints\""]),
        ] {
          let second = try Command.ptrain(Self.endless + more + ["--output", output], ranks: ranks, seconds: 60)
          #expect(second.status == 78 && second.complaints.count == 1, "\(second.errors)")
          let process =
            second.complaints.first?.components(separatedBy: ": process ").last?.prefix { $0.isNumber } ?? "?"
          #expect(holder.contains("\"process\": \(process),"), "\(second.complaints)")
          #expect(second.complaints.first?.contains("is writing here") == true)
          #expect(second.complaints.first?.contains("kill -CONT") == (signal == SIGSTOP))
        }
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/other"))
      Processes.send(SIGCONT, to: processes(run))
      Processes.send(SIGUSR1, to: processes(run))
    }
    #expect(first.status == 75, "\(first.errors)")
    let left = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
    #expect(left == ["checkpoints", "config.json", "metrics.jsonl", "stopped.json"])
  }

  @Test("a killed holder's lock is free at once, with and without the kernel's locks", arguments: [[:], noLocks])
  func killed(environment: [String: String]) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    _ = try Command.run(line(run, ranks: 0), environment: environment) {
      #expect(trains(run))
      Processes.send(SIGKILL, to: processes(run))
    }
    #expect(FileManager.default.fileExists(atPath: run + "/.lock"))
    let next = try Command.run(line(run, ranks: 0, ["--set", "training.time_limit=0.01"]), environment: environment)
    #expect(next.status == 75, "\(next.errors)")
    #expect(next.errors.contains("which is gone; it is taken over") == !environment.isEmpty)
  }

  @Test(
    "without the kernel's locks a holder that was stopped for long loses its lock, and stops before it writes",
    arguments: [0, 2])
  func lost(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    var log = ""
    let first = try Command.run(line(run, ranks: ranks), environment: Self.noLocks) {
      #expect(trains(run))
      Processes.send(SIGSTOP, to: processes(run))
      #expect(
        try Command.run(["touch", "-d", "70 seconds ago", run + "/.lock", run + "/checkpoints/.lock"]).status == 0)
      let second = try Command.run(
        line(run, ranks: ranks, ["--set", "training.time_limit=0.01"]), environment: Self.noLocks)
      #expect(second.status == 75, "\(second.errors)")
      #expect(second.errors.contains("has been silent for ") && second.errors.contains("it is taken over"))
      log = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8)
      Processes.send(SIGCONT, to: processes(run))
    }
    #expect(first.status == 69, "\(first.errors)")
    #expect(first.complaints.count == 1 && first.complaints[0].contains("has lost its lock"), "\(first.errors)")
    #expect(try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8) == log)
    #expect(!FileManager.default.fileExists(atPath: run + "/summary.json"))
  }

  @Test(
    "a directory that is moved, deleted or replaced under a run: noticed, and nothing is written in its place",
    arguments: [0, 2], ["mv run moved", "rm -r run", "mv run moved; mkdir run", "mv run/checkpoints moved"])
  func moved(ranks: Int, what: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run(line(run, ranks: ranks)) {
      #expect(trains(run))
      // Files come and go while a directory is deleted.
      #expect(Processes.wait { (try? Command.run(["sh", "-ec", "cd '\(folder.path)'; \(what)"]).status) == 0 })
    }
    #expect(outcome.status == 74, "\(outcome.errors)")
    #expect(
      outcome.complaints.count == 1 && outcome.complaints[0].contains("was moved, replaced or deleted while the run"),
      "\(outcome.errors)")
    let left = (try? FileManager.default.contentsOfDirectory(atPath: run)) ?? []
    #expect(what.hasPrefix("mv run/") || left.isEmpty, "\(left)")
  }

  @Test(
    "a start that loses its directory, or its lock, before its first file writes none", arguments: ["moved", "taken"])
  func lostWhileReading(what: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let config = try folder.write(WatchdogTests.slowToRead, to: "config.json")
    let outcome = try Command.run([Command.ptrain, config, "--threads", "1", "--output", run]) {
      #expect(Processes.wait { Files.hold(run + "/.lock") })
      if what == "moved" {
        #expect(rename(run, folder.path + "/moved") == 0)
      } else {
        try Data("{}".utf8).write(to: URL(fileURLWithPath: run + "/.lock"), options: .atomic)
        try folder.write("precious", to: "run/summary.json")
      }
    }
    #expect(outcome.status == (what == "moved" ? 74 : 69), "\(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    let left = (try? FileManager.default.contentsOfDirectory(atPath: run))?.sorted()
    #expect(left == (what == "moved" ? nil : [".lock", "summary.json"]), "\(left ?? [])")
  }

  @Test("a requeued job takes over its own lock at once, also on another host")
  func requeued() throws {
    guard geteuid() == 0, try Command.run(["unshare", "-u", "hostname", "elsewhere"]).status == 0 else {
      print("LEFT OUT: a job on another host, because this user may not change a host's name")
      return
    }
    let folder = try TemporaryFolder(), run = folder.path + "/run", job = ["SLURM_JOB_ID": "4711"]
    let first = try Command.run(line(run, ranks: 0), environment: job) {
      #expect(trains(run))
      let same = try Command.run(line(run, ranks: 0), environment: job)
      #expect(same.status == 78 && same.errors.contains("(Slurm 4711) is writing here"), "\(same.errors)")
      let other = try Command.run(
        ["unshare", "-u", "sh", "-c", "hostname elsewhere; exec \"$@\"", "sh"]
          + line(run, ranks: 0, ["--set", "training.time_limit=0.01"]), environment: job)
      #expect(
        other.status == 75 && other.errors.contains("of the same job or launch; it is taken over"), "\(other.errors)")
    }
    #expect(first.status == 69, "\(first.errors)")
  }

  @Test("pairs at the same instant: each ends with the weights of one run, or the line")
  func pairs() throws {
    let folder = try TemporaryFolder()
    let settings = ["configs/digits.json", "--quiet", "--threads", "1", "--set", "training.epochs=4"]
    let reference = try Command.ptrain(settings + ["--output", folder.path + "/reference"])
    for pair in 0..<6 {
      let run = folder.path + "/run-\(pair)", outcomes = Mutex<[Command.Outcome]>([])
      let more = pair % 3 == 2 ? ["--resume", "never"] : []
      DispatchQueue.concurrentPerform(iterations: 2) { _ in
        let outcome = try? Command.ptrain(
          settings + more + ["--output", run], ranks: pair % 2 * 2, environment: pair < 3 ? [:] : Self.noLocks)
        if let outcome { outcomes.withLock { $0.append(outcome) } }
      }
      let all = outcomes.withLock { $0 }
      #expect(all.count == 2 && all.contains { $0.status == 0 }, "\(all.map(\.errors))")
      for outcome in all {
        #expect(outcome.status == 0 || outcome.status == 78, "\(outcome.errors)")
        #expect(
          outcome.status == 0 ? Self.hash(outcome.output) == Self.hash(reference.output) : outcome.complaints.count == 1
        )
      }
      let summary = try String(contentsOfFile: run + "/summary.json", encoding: .utf8)
      #expect(Self.hash(reference.output).map { summary.contains($0.split(separator: " ")[1]) } == true)
      let steps = try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n")
      let expected = try String(contentsOfFile: folder.path + "/reference/metrics.jsonl", encoding: .utf8)
      #expect(steps.count == expected.split(separator: "\n").count)
    }
  }
}
