import Foundation
import Glibc
import TestSupport
import Testing

/// The supervisor: `ptrain launch` around a real mpirun. `scripts/test-lost-host` takes a host from it.
@Suite(.serialized) struct LaunchTests {
  /// A run of some seconds.
  private static let settings = ["configs/digits.json", "--quiet", "--set", "training.epochs=400"]
  private static let often = ["--set", "checkpoint.every_steps=500"]

  /// What an undisturbed run prints.
  private static let expected = Result {
    let folder = try TemporaryFolder()
    return try Command.ptrain(settings + ["--output", folder.path + "/run"], ranks: 2).output
  }

  private func launch(_ run: String, ranks: Int = 2, _ more: [String] = LaunchTests.often) -> [String] {
    [Command.ptrain, "launch", "-n", "\(ranks)"] + Self.settings + more + ["--output", run]
  }

  private func ranks(_ run: String) -> [Int32] { Processes.find("ptrain", "train", mentioning: run) }
  private func supervisor(_ run: String) -> [Int32] { Processes.find("ptrain", "launch", mentioning: run) }

  /// Waits until a run trains.
  private func trains(_ run: String, past name: String = "metrics.jsonl") -> Bool {
    Processes.wait { Files.hold(run + "/" + name) && ranks(run).count >= 2 }
  }

  @Test(
    "trains as mpirun does, as root too, with ranks on their own cores or more ranks than cores", arguments: [2, 5])
  func plain(ranks: Int) throws {
    let folder = try TemporaryFolder()
    let settings = ["configs/digits.json", "--no-progress", "--set", "training.epochs=3", "--threads", "1", "--output"]
    let expected = try Command.ptrain(settings + [folder.path + "/plain"], ranks: 2)
    // What the tests' environment allows mpirun is taken back.
    let refused = ["OMPI_ALLOW_RUN_AS_ROOT": "0", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "0"]
    let outcome = try Command.run(
      [Command.ptrain, "launch", "-n", "\(ranks)"] + settings + [folder.path + "/run"],
      environment: refused.merging(["OMPI_MCA_rmaps_base_oversubscribe": "0"]) { $1 })
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("ptrain ") && outcome.output.contains(": \(ranks) ranks × 1 thread on "))
    #expect(outcome.output.split(separator: "\n").last == expected.output.split(separator: "\n").last)
    #expect(outcome.errors.contains("launch: mpirun -n \(ranks) --"), "\(outcome.errors)")
    #expect(outcome.errors.contains("launch: running as root: ") == (geteuid() == 0))
  }

  @Test(
    "a rank or mpirun is killed: the run goes on from its checkpoint and ends with the same weights",
    arguments: ["ptrain", "mpirun"])
  func killed(victim: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    // An older run is in the way, and is moved aside once.
    let first = ["configs/digits.json", "--quiet", "--set", "training.epochs=1", "--output", run]
    #expect(try Command.ptrain(first).status == 0)
    let outcome = try Command.run(launch(run, Self.often + ["--resume", "never"])) {
      #expect(trains(run, past: "checkpoints/step-0000001000"))
      Processes.send(
        SIGKILL, to: victim == "mpirun" ? Processes.find("mpirun", "-n", mentioning: run) : Array(ranks(run).prefix(1)))
    }
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.output == Self.expected.get())
    let what =
      victim == "mpirun" ? "mpirun was killed by signal 9" : "mpirun ended with code 137, a rank was killed by signal 9"
    #expect(
      outcome.errors.contains("launch: \(what); restart 1 of 5 in 1 s, going on after step "), "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: run + ".old-1"))
    #expect(!FileManager.default.fileExists(atPath: run + ".old-2"))
  }

  @Test(
    "SIGTERM, SIGINT and SIGUSR1: saved, exit code 75, and the same command goes on",
    arguments: [SIGTERM, SIGINT, SIGUSR1])
  func stopped(signal: Int32) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run(launch(run, [])) {
      #expect(trains(run))
      Processes.send(signal, to: supervisor(run))
    }
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1 && outcome.complaints[0].contains("the state is saved"), "\(outcome.errors)")
    #expect(try String(contentsOfFile: run + "/stopped.json", encoding: .utf8).contains("SIGUSR1"))
    #expect(ranks(run).isEmpty)
    let again = try Command.run(launch(run, []))
    #expect(again.status == 0, "\(again.errors)")
    #expect(try again.output == Self.expected.get())
    #expect(!FileManager.default.fileExists(atPath: run + "/stopped.json"))
  }

  @Test("stopped before the ranks listen: exit code 75 all the same")
  func stoppedEarly() throws {
    let folder = try TemporaryFolder()
    for (index, delay) in [UInt32(0), 50_000, 150_000, 250_000].enumerated() {
      let run = folder.path + "/run-\(index)"
      // Too long to end by itself before it hears a request.
      let outcome = try Command.run(launch(run, ["--set", "training.epochs=1000000"])) {
        #expect(Processes.wait { !Processes.find("mpirun", "-n", mentioning: run).isEmpty })
        usleep(delay)
        Processes.send(SIGTERM, to: supervisor(run))
      }
      #expect(outcome.status == 75, "after \(delay) µs: \(outcome.errors)")
      // A second line is launch's own, where a rank was killed by the request before its program had begun; mpirun then
      // ends the others, perhaps while MPI starts, by SIGTERM or harder.
      #expect((1...2).contains(outcome.complaints.count), "\(outcome.errors)")
      let requests = outcome.complaints.count { $0.contains("stopped on request") }
      let starts = outcome.complaints.count {
        $0.contains("ended by SIGTERM while MPI was starting") || $0.contains("MPI could not be started")
      }
      #expect(requests > 0 && requests + starts == outcome.complaints.count, "\(outcome.errors)")
      #expect(ranks(run).isEmpty)
    }
  }

  @Test("ranks that do not stop are killed: by a second SIGINT, or after the grace", arguments: [true, false])
  func stuck(twice: Bool) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run(launch(run, ["--grace", twice ? "60" : "1"])) {
      #expect(trains(run))
      Processes.send(SIGSTOP, to: ranks(run))
      Processes.send(SIGINT, to: supervisor(run))
      guard twice else { return }
      usleep(300_000)
      Processes.send(SIGINT, to: supervisor(run))
    }
    #expect(outcome.status == (twice ? 130 : 69), "\(outcome.errors)")
    let sentence =
      twice ? "ptrain: ended at once by a second SIGINT; " : "ptrain: the ranks did not stop within 1.0 s (--grace)"
    #expect(outcome.complaints.last?.hasPrefix(sentence) == true, "\(outcome.errors)")
    #expect(ranks(run).isEmpty)
  }

  @Test("no rank outlives a supervisor that was killed")
  func supervisorKilled() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run(launch(run)) {
      #expect(trains(run))
      Processes.send(SIGKILL, to: supervisor(run))
    }
    #expect(outcome.status == 137 || outcome.status == 9, "\(outcome.status)")
    #expect(
      Processes.wait(seconds: 5) { ranks(run).isEmpty && Processes.find("mpirun", "-n", mentioning: run).isEmpty })
  }

  @Test("a run that always dies at the same place is given up, with its exit code", arguments: [1, 139])
  func gaveUp(code: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let fake = try script("echo start >>'\(folder.path)/starts'; exit \(code)", in: folder)
    let outcome = try Command.run(launch(run, ["--mpirun", fake]))
    #expect(outcome.status == (code > 128 ? 69 : Int32(code)))
    #expect(outcome.complaints.count == 1)
    #expect(
      outcome.complaints.first?.hasPrefix(
        "ptrain: gave up after two failures in a row that did not get past step 0: mpirun ended with code \(code)")
        == true,
      "\(outcome.errors)")
    #expect(try String(contentsOfFile: folder.path + "/starts", encoding: .utf8) == "start\nstart\n")
  }

  @Test("an mpirun that has lost its ranks and does not end is ended, and the run goes on")
  func lockedUp() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    // The first has a child for three seconds, and then none, for ever; the others are real.
    let fake = try script(
      """
      echo start >>'\(folder.path)/starts'
      [ $(wc -l <'\(folder.path)/starts') -eq 1 ] || exec mpirun "$@"
      exec python3 -c 'import signal, subprocess
      signal.signal(signal.SIGTERM, signal.SIG_IGN)
      subprocess.run(["sleep", "3"])
      while True: signal.pause()'
      """, in: folder)
    let expected = try Self.expected.get()
    let outcome = try Command.run(launch(run, ["--mpirun", fake]))
    #expect(outcome.status == 0 && outcome.output == expected, "\(outcome.errors)")
    #expect(outcome.errors.contains("launch: mpirun has no process left and does not end; it is killed\n"))
    #expect(try String(contentsOfFile: folder.path + "/starts", encoding: .utf8) == "start\nstart\n")
  }

  @Test("what no restart mends is passed on after one start", arguments: [64, 65, 66, 70, 74, 76, 78])
  func passedOn(code: Int32) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let fake = try script("echo start >>'\(folder.path)/starts'; exit \(code)", in: folder)
    let outcome = try Command.run(launch(run, ["--mpirun", fake]))
    #expect(outcome.status == code && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try String(contentsOfFile: folder.path + "/starts", encoding: .utf8) == "start\n")
  }

  @Test("what the ranks find wrong is said once, by them")
  func rankFails() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run(launch(run, ["--set", "data.train.path=absent.csv"]))
    #expect(outcome.status == 66 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("absent.csv") == true && !outcome.errors.contains("launch: "))
  }

  @Test("a signal during the pause before a restart ends it with code 75")
  func stoppedInPause() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let fake = try script("echo start >>'\(folder.path)/starts'; exit 1", in: folder)
    let outcome = try Command.run(launch(run, ["--mpirun", fake])) {
      #expect(Processes.wait { Files.hold(folder.path + "/starts") })
      usleep(300_000)
      Processes.send(SIGTERM, to: supervisor(run))
    }
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(
      outcome.complaints == [
        "ptrain: stopped on request (SIGTERM) while no step was being computed; the same command goes on from the beginning: there is "
          + "no checkpoint yet"
      ])
    #expect(try String(contentsOfFile: folder.path + "/starts", encoding: .utf8) == "start\n")
  }

  private func script(_ text: String, in folder: TemporaryFolder) throws -> String {
    let path = try folder.write("#!/bin/sh\n\(text)\n", to: "mpirun")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }
}
