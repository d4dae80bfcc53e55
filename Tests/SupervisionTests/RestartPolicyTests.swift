import Platform
import Specs
import TestSupport
import Testing

@testable import Supervision

/// What follows from how mpirun ended: a pure function of endings and the run's files.
@Suite struct RestartPolicyTests {
  private static let some = RunProgress(checkpoint: 10, loggedStep: 12)

  @Test("every exit code: these are passed on, all others start the run again")
  func codes() {
    let final: Set<Int32> = [0, 64, 65, 66, 70, 75, 76, 78]
    for code in Int32(0)...255 {
      var policy = RestartPolicy(maxRestarts: 5)
      let decision = policy.decide(.exited(code), progress: Self.some, isStopping: false)
      #expect(decision == (final.contains(code) ? .end(code) : .restart(pause: 1)), "\(code)")
    }
    for signal in [Int32(1), 6, 9, 11, 15] {
      var policy = RestartPolicy(maxRestarts: 5)
      #expect(policy.decide(.killed(signal: signal), progress: Self.some, isStopping: false) == .restart(pause: 1))
    }
  }

  @Test("pauses grow to half a minute; the restarts are counted, whatever the run achieves between them")
  func pauses() {
    var policy = RestartPolicy(maxRestarts: 7), pauses: [Double] = []
    for round in 1...7 {
      let progress = RunProgress(checkpoint: round * 10, loggedStep: round * 10 + 5)
      guard case .restart(let pause) = policy.decide(.exited(137), progress: progress, isStopping: false) else { break }
      pauses.append(pause)
    }
    #expect(pauses == [1, 2, 4, 8, 16, 30, 30] && policy.restarts == 7)
    guard
      case .giveUp(let code, let sentence) = policy.decide(
        .exited(137), progress: RunProgress(checkpoint: 900, loggedStep: 905), isStopping: false)
    else {
      Issue.record("an eighth start")
      return
    }
    #expect(
      code == 69 && sentence.hasPrefix("gave up after 7 restarts (--max-restarts): mpirun ended with code 137, a rank"))
    #expect(sentence.hasSuffix("goes on after step 900"))
  }

  @Test("no restarts at all")
  func none() {
    var policy = RestartPolicy(maxRestarts: 0)
    guard case .giveUp(1, _) = policy.decide(.exited(1), progress: Self.some, isStopping: false) else {
      Issue.record("a restart")
      return
    }
  }

  @Test(
    "two failures in a row at the same place are enough; a newer checkpoint or a longer log is a way forward",
    arguments: [
      (Self.some, false), (RunProgress(checkpoint: 10, loggedStep: 11), false),
      (RunProgress(checkpoint: 10, loggedStep: 13), true), (RunProgress(checkpoint: 20, loggedStep: 12), true),
      (RunProgress(checkpoint: nil, loggedStep: 0), true),
    ])
  func samePlace(second: RunProgress, goesOn: Bool) {
    var policy = RestartPolicy(maxRestarts: 5)
    _ = policy.decide(.exited(74), progress: Self.some, isStopping: false)
    let decision = policy.decide(.exited(69), progress: second, isStopping: false)
    if goesOn {
      #expect(decision == .restart(pause: 2))
    } else if case .giveUp(let code, let sentence) = decision {
      #expect(code == 69)
      #expect(sentence.contains("did not get past step 12: mpirun ended with code 74, then mpirun ended with code 69"))
    } else {
      Issue.record("\(decision)")
    }
  }

  @Test("a run that never begins")
  func neverBegins() {
    var policy = RestartPolicy(maxRestarts: 5)
    let nothing = RunProgress(checkpoint: nil, loggedStep: 0)
    #expect(policy.decide(.exited(1), progress: nothing, isStopping: false) == .restart(pause: 1))
    guard case .giveUp(let code, _) = policy.decide(.killed(signal: 9), progress: nothing, isStopping: false) else {
      Issue.record("a third start")
      return
    }
    #expect(code == 69, "no exit code of its own")
  }

  @Test(
    "asked to stop: nothing is started again; ranks that did not listen yet have lost nothing",
    arguments: [
      (.exited(75), 75), (.exited(0), 0), (.exited(138), 75), (.killed(signal: 10), 75), (.exited(137), 69),
      (.exited(1), 1), (.exited(74), 74), (.killed(signal: 9), 69),
    ] as [(ChildProcess.Ending, Int32)])
  func stopping(ending: ChildProcess.Ending, code: Int32) {
    var policy = RestartPolicy(maxRestarts: 5)
    #expect(policy.decide(ending, progress: Self.some, isStopping: true) == .end(code))
    let saved = RunProgress(checkpoint: 10, loggedStep: 12, isStopped: true)
    #expect(policy.decide(ending, progress: saved, isStopping: true) == .end(code == 0 ? 0 : 75))
  }
}

/// What the supervisor reads in a run's directory, and what it tells the ranks.
@Suite struct SupervisedRunTests {
  @Test("newest checkpoint and last logged step; a line that was half written does not count")
  func progress() throws {
    let folder = try TemporaryFolder(), run = folder.path
    #expect(RunProgress(run: run, checkpoint: nil) == RunProgress(checkpoint: nil, loggedStep: 0))
    let long = String(repeating: #"{"step": 7, "loss": 0.25}"# + "\n", count: 10_000)
    try folder.write(long + #"{"step": 31, "loss": 0.5}"# + "\n" + #"{"step": 32, "lo"#, to: "metrics.jsonl")
    #expect(RunProgress(run: run, checkpoint: 30) == RunProgress(checkpoint: 30, loggedStep: 31))
    try folder.write("{}", to: "stopped.json")
    #expect(RunProgress(run: run, checkpoint: 30).isStopped)
  }

  @Test("a run that is begun anew has another mark")
  func mark() throws {
    let folder = try TemporaryFolder()
    let none = RunMark(run: folder.path)
    try folder.write("{}", to: "config.json")
    let first = RunMark(run: folder.path)
    #expect(first != none && first == RunMark(run: folder.path))
    try AtomicFile.write(Array("{}".utf8), to: folder.path + "/config.json")
    #expect(RunMark(run: folder.path) != first)
  }

  @Test("restarts go on with what an earlier start has begun")
  func resume() {
    var arguments = TrainArguments(config: "c.json")
    #expect(arguments.resumeMode(hasBegun: false, hasCheckpoint: true) == .auto)
    arguments.resume = .never
    #expect(arguments.resumeMode(hasBegun: false, hasCheckpoint: true) == .never)
    #expect(arguments.resumeMode(hasBegun: true, hasCheckpoint: false) == .auto)
    arguments.resume = .weights("w")
    #expect(arguments.resumeMode(hasBegun: false, hasCheckpoint: true) == .weights("w"))
    #expect(arguments.resumeMode(hasBegun: true, hasCheckpoint: false) == .weights("w"))
    #expect(arguments.resumeMode(hasBegun: true, hasCheckpoint: true) == .auto)
  }

  @Test("the ranks get what is theirs")
  func arguments() {
    var arguments = TrainArguments(config: "c.json")
    #expect(arguments.line(threads: 2, resume: .auto) == ["train", "c.json", "--threads", "2"])
    (arguments.overrides, arguments.output, arguments.trace) = (["a=1", "b=2"], "out", "t.json")
    (arguments.isQuiet, arguments.showsProgress) = (true, false)
    #expect(
      arguments.line(threads: 1, resume: .weights("w")) == [
        "train", "c.json", "--set", "a=1", "--set", "b=2", "--threads", "1", "--output", "out", "--resume", "w",
        "--force",
        "--trace", "t.json", "--quiet", "--no-progress",
      ])
    #expect(arguments.line(threads: 1, resume: .never).contains("never"))
  }

  @Test("launch hands --force on to the ranks, once")
  func force() {
    var arguments = TrainArguments(config: "c.json")
    arguments.isForced = true
    #expect(arguments.line(threads: 2, resume: .auto) == ["train", "c.json", "--threads", "2", "--force"])
    #expect(arguments.line(threads: 2, resume: .weights("w")).count { $0 == "--force" } == 1)
  }
}
