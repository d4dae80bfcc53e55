internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// Starts a training run under mpirun, and starts it again after failures.
///
/// All that it knows of the run is how mpirun ended and what the run's directory holds.
package final class Supervisor {
  /// What is started, and how often.
  package struct Settings {
    package var request: LaunchLayout.Request
    package var mpirun: String
    package var program: String
    package var arguments: TrainArguments
    /// The run's directory.
    package var run: String
    /// The step of its newest checkpoint; nil: it has none.
    package var newestCheckpoint: () -> Int?
    /// Calls its argument with the run's directory locked; where another process writes in it, not at all.
    package var withLock: (_ body: () -> Void) -> Void
    package var maxRestarts: Int
    /// Seconds that the ranks have to save their state.
    package var grace: Double
    package var environment: [String: String]
    /// Seconds that stopped ranks are waited for; 0: for ever.
    package var patience = 300.0
    /// Whether the run's directory holds this run, begun by another start than this supervisor's.
    package var holdsThisRun: () -> Bool = { false }

    package init(
      request: LaunchLayout.Request, mpirun: String, program: String, arguments: TrainArguments, run: String,
      newestCheckpoint: @escaping () -> Int?, withLock: @escaping (_ body: () -> Void) -> Void, maxRestarts: Int,
      grace: Double, environment: [String: String]
    ) {
      (self.request, self.mpirun, self.program, self.arguments) = (request, mpirun, program, arguments)
      (self.run, self.newestCheckpoint, self.withLock) = (run, newestCheckpoint, withLock)
      (self.maxRestarts, self.grace, self.environment) = (maxRestarts, grace, environment)
    }
  }

  /// What the supervisor ends with: its exit code, and a sentence where the ranks have not said one.
  package struct Outcome: Sendable, Equatable {
    package var code: Int32
    package var sentence: String?
  }

  /// Why the supervisor itself ended mpirun.
  private enum Force { case grace, interrupt }

  /// Seconds from the first request to stop to the second, doubled from then on up to the longest: mpirun drops what
  /// comes before it has started its ranks.
  private static let askAgain = 0.5
  private static let askAgainAtMost = 4.0
  /// Seconds that mpirun has to end its ranks after SIGTERM, before SIGKILL.
  private static let endPatience = 5.0

  /// Seconds between two looks at mpirun's children.
  private static let lookAgain = 2.0
  /// Seconds that mpirun may stay when all its children have ended: Open MPI 4.1 can lock itself up then.
  private static let emptyPatience = 10.0

  private var settings: Settings
  private let inbox: SignalInbox
  private let say: (_ line: String, _ isNews: Bool) -> Void
  private var policy: RestartPolicy
  /// The signal that asked for an end.
  private var stop: Int32?
  private var interrupts = 0
  /// Whether a start of this supervisor has got as far as to write the run's config.
  private var hasBegun = false

  /// A supervisor.
  ///
  /// - Parameters:
  ///   - inbox: made before anything else.
  ///   - say: takes a line for the user; news are what a quiet run leaves out.
  package init(_ settings: Settings, inbox: SignalInbox, say: @escaping (_ line: String, _ isNews: Bool) -> Void) {
    self.settings = settings
    self.inbox = inbox
    self.say = say
    policy = RestartPolicy(maxRestarts: settings.maxRestarts)
  }

  /// Runs to the end. Call it on the main thread.
  ///
  /// - Throws: ``RunError`` where mpirun or a host cannot be had at all.
  package func run() throws -> Outcome {
    allowRoot()
    Orphans.adopt()
    try askHosts(isFirst: true)
    while stop == nil {
      let layout = LaunchLayout(settings.request)
      let resume = settings.arguments.resumeMode(hasBegun: hasBegun, hasCheckpoint: progress.checkpoint != nil)
      let line = layout.line(
        mpirun: settings.mpirun,
        program: [settings.program] + settings.arguments.line(threads: layout.threads, resume: resume))
      say(LaunchLayout.shellText(line), true)
      let mark = RunMark(run: settings.run)
      let child = try start(line)
      let (ending, force) = watch(child)
      child.endGroup(patience: Self.endPatience)
      Orphans.end()
      MPILeftovers(environment: settings.environment).remove(of: child.pid)
      let hasWritten = RunMark(run: settings.run) != mark
      hasBegun = hasBegun || hasWritten
      if let force { return outcome(of: force) }
      // What the files' place refuses before the first step, it refuses the next time too.
      if ending == .exited(ExitCode.inputOutput.rawValue), !hasWritten {
        return Outcome(code: ExitCode.inputOutput.rawValue)
      }
      switch policy.decide(ending, progress: progress, isStopping: stop != nil) {
      case .end(let code): return outcome(code, ending)
      case .giveUp(let code, let sentence): return Outcome(code: code, sentence: sentence)
      case .restart(let pause):
        say(
          "\(RestartPolicy.words(of: ending)); restart \(policy.restarts) of \(policy.maxRestarts) in \(Int(pause)) s, going on "
            + RestartPolicy.place(progress), false)
        rest(pause)
        if stop == nil { try askHosts(isFirst: false) }
      }
    }
    return stoppedIdle()
  }

  private var progress: RunProgress { RunProgress(run: settings.run, checkpoint: settings.newestCheckpoint()) }

  /// Open MPI refuses root unless two variables say that it is meant.
  private func allowRoot() {
    let names = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
    guard geteuid() == 0, names.contains(where: { settings.environment[$0] != "1" }) else { return }
    for name in names { settings.environment[name] = "1" }
    say("running as root: \(names.map { $0 + "=1" }.joined(separator: " ")) set for mpirun", true)
  }

  private func start(_ line: [String]) throws -> ChildProcess {
    do { return try ChildProcess(line, environment: settings.environment) } catch { throw cannotStart(error) }
  }

  private func cannotStart(_ error: ChildProcess.StartError) -> RunError {
    RunError(
      .unavailable,
      "\(settings.mpirun): cannot be started (\(error.words)); install Open MPI (apt-get install openmpi-bin), or give its path "
        + "with --mpirun")
  }
}

// MARK: Signals

extension Supervisor {
  /// Takes note of a signal.
  private func note(_ signal: Int32?) {
    guard let signal, signal != SIGCHLD else { return }
    if signal == SIGINT { interrupts += 1 }
    guard stop == nil else { return }
    stop = signal
    say("\(SignalInbox.name(signal)): the ranks are asked to save their state and stop; Ctrl-C ends them at once", true)
  }

  /// Waits for the end of mpirun; asks it to stop, and ends it, when that is wanted.
  private func watch(_ child: ChildProcess) -> (ChildProcess.Ending, Force?) {
    var deadline = Double.infinity, nextRequest = Double.infinity, interval = Self.askAgain
    var nextLook = Clock.now(), lastAlive: Double?, stopped = StoppedWatch(limit: settings.patience)
    while true {
      if let ending = child.poll() { return (ending, nil) }
      let now = Clock.now()
      if now >= nextLook {
        nextLook = now + Self.lookAgain
        if child.hasLiveChildren { lastAlive = now }
        switch stopped.look(child.stoppedWords, now: now) {
        case .fine: break
        case .stopped(let who):
          let end =
            settings.patience > 0
            ? "it is ended in \(Int(settings.patience.rounded(.up))) s unless it goes on" : "it is waited for"
          say("\(who) is stopped, and nothing goes on; continue it with kill -CONT, \(end)", false)
        case .over(let who):
          say("\(who) has been stopped for too long (parallel.watchdog_seconds) and is killed", false)
          return (child.end(patience: 0), nil)
        }
        if let lastAlive, now - lastAlive > Self.emptyPatience {
          say("mpirun has no process left and does not end; it is killed", false)
          return (child.end(patience: Self.endPatience), nil)
        }
      }
      if stop != nil, deadline == .infinity { (deadline, nextRequest) = (now + settings.grace, now) }
      if interrupts > 1 { return (child.end(patience: Self.endPatience), .interrupt) }
      if now >= deadline { return (child.end(patience: Self.endPatience), .grace) }
      if now >= nextRequest {
        child.send(SIGUSR1)
        nextRequest = now + interval
        interval = min(interval * 2, Self.askAgainAtMost)
      }
      note(inbox.next(within: min(deadline, nextRequest, nextLook) - now))
    }
  }

  /// A pause that a request to stop ends.
  private func rest(_ seconds: Double) {
    let end = Clock.now() + seconds
    while stop == nil, Clock.now() < end { note(inbox.next(within: end - Clock.now())) }
  }
}

// MARK: Hosts

extension Supervisor {
  /// Asks the named hosts for their cores. At the first start all have to answer; later, those that do not are left
  /// out.
  private func askHosts(isFirst: Bool) throws {
    let hosts = settings.request.hosts
    guard !hosts.isEmpty else { return }
    let probe = HostProbe(mpirun: settings.mpirun, program: settings.program, environment: settings.environment)
    let answers: [String: Int]
    do throws(ChildProcess.StartError) {
      answers = try probe.ask(hosts.map(\.name)) {
        note(inbox.next(within: 0.02))
        return stop == nil
      }
    } catch { throw cannotStart(error) }
    guard stop == nil else { return }
    let silent = hosts.filter { answers[$0.name] == nil }.map(\.name)
    let names = silent.joined(separator: ", ")
    func trial(_ host: String) -> String {
      LaunchLayout.shellText(HostProbe.line(host, mpirun: settings.mpirun, program: settings.program))
    }
    if let first = silent.first, isFirst || silent.count == hosts.count {
      throw RunError(
        .unavailable,
        "\(names): mpirun could not start ptrain there within \(Int(HostProbe.patience)) s; see what this says: \(trial(first))"
      )
    }
    settings.request.coresByHost = answers
    guard !silent.isEmpty else { return }
    let before = LaunchLayout(settings.request).ranks
    settings.request.hosts.removeAll { answers[$0.name] == nil }
    let after = LaunchLayout(settings.request).ranks
    say(
      "\(names): no answer within \(Int(HostProbe.patience)) s, left out; going on with \(after) of \(before) ranks",
      false)
  }
}

// MARK: Ends

extension Supervisor {
  private var goesOn: String { "the same command goes on \(RestartPolicy.place(progress))" }

  private func outcome(of force: Force) -> Outcome {
    switch force {
    case .interrupt: Outcome(code: 128 + SIGINT, sentence: "ended at once by a second SIGINT; \(goesOn)")
    case .grace:
      Outcome(
        code: ExitCode.unavailable.rawValue,
        sentence: "the ranks did not stop within \(settings.grace) s (--grace) and were killed; \(goesOn)")
    }
  }

  /// The end of mpirun is the end of the run.
  private func outcome(_ code: Int32, _ ending: ChildProcess.Ending) -> Outcome {
    if ending == .exited(code) && RestartPolicy.isFinal(code) { return Outcome(code: code) }
    if code == ExitCode.stopped.rawValue { return stoppedIdle() }
    return Outcome(
      code: code,
      sentence:
        "asked to stop (\(SignalInbox.name(stop ?? 0))), but \(RestartPolicy.words(of: ending)) before that was done; \(goesOn)"
    )
  }

  /// The end of a run that was asked to stop while it did not train: what it would save is on the disk.
  private func stoppedIdle() -> Outcome {
    let reason = SignalInbox.name(stop ?? 0), step = progress.checkpoint ?? 0
    // A directory in which another process writes is that one's, and so is one that holds another run, or nothing.
    if access(settings.run + "/config.json", F_OK) == 0 {
      settings.withLock {
        let isUnfinished = access(settings.run + "/summary.json", F_OK) != 0
        guard isUnfinished, hasBegun || settings.holdsThisRun() else { return }
        let note = ConfigValue.object([.init("step", .integer(step)), .init("reason", .string(reason))])
        try? AtomicFile.write(Array(note.prettyText.utf8), to: settings.run + "/stopped.json")
      }
    }
    return Outcome(
      code: ExitCode.stopped.rawValue,
      sentence: "stopped on request (\(reason)) while no step was being computed; \(goesOn)")
  }
}
