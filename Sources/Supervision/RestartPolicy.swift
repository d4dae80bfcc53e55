package import Platform
internal import Specs

/// What happens after mpirun has ended.
package struct RestartPolicy: Sendable {
  package enum Decision: Sendable, Equatable {
    /// The supervisor ends with this code; what is to be said has been said by the ranks.
    case end(Int32)
    /// The run is started again after so many seconds.
    case restart(pause: Double)
    case giveUp(code: Int32, sentence: String)
  }

  /// The longest pause, in seconds.
  static let longestPause = 30.0

  package let maxRestarts: Int
  /// Restarts so far.
  package private(set) var restarts = 0
  private var before: (progress: RunProgress, words: String)?

  package init(maxRestarts: Int) { self.maxRestarts = maxRestarts }

  /// Decides.
  ///
  /// - Parameters:
  ///   - progress: how far the run has come.
  ///   - isStopping: whether it had been asked to stop.
  package mutating func decide(
    _ ending: ChildProcess.Ending, progress: RunProgress, isStopping: Bool
  ) -> Decision {
    if case .exited(let code) = ending, Self.isFinal(code) { return .end(code) }
    let code = Self.code(of: ending)
    if isStopping {
      // Ranks that do not listen yet die of the signal that asks them to stop: they have done nothing that could be
      // lost. And mpirun may fall over a signal while it ends: the state is saved all the same.
      let isEarly = ending == .exited(128 + 10) || ending == .killed(signal: 10)
      return .end(isEarly || progress.isStopped ? ExitCode.stopped.rawValue : code)
    }
    let words = Self.words(of: ending)
    if let before, before.progress.checkpoint == progress.checkpoint,
      progress.loggedStep <= before.progress.loggedStep
    {
      return .giveUp(
        code: code,
        sentence:
          "gave up after two failures in a row that did not get past step \(before.progress.loggedStep): \(before.words), then "
          + "\(words); see the lines above for the reason, the same command tries again")
    }
    guard restarts < maxRestarts else {
      return .giveUp(
        code: code,
        sentence:
          "gave up after \(restarts.counted("restart")) (--max-restarts): \(words); see the lines above for the "
          + "reason, the same command goes on \(Self.place(progress))")
    }
    before = (progress, words)
    restarts += 1
    return .restart(pause: min(Self.longestPause, Double(1 << min(restarts - 1, 10))))
  }

  /// Whether another start could not end otherwise, or is not wanted.
  package static func isFinal(_ code: Int32) -> Bool {
    switch ExitCode(rawValue: code) {
    case .success, .usage, .data, .missingInput, .internalError, .stopped, .notFinite, .config: true
    case .unavailable, .inputOutput, nil: false
    }
  }

  /// The supervisor's exit code: that of mpirun; that of a lost peer where a signal ended a rank or mpirun.
  package static func code(of ending: ChildProcess.Ending) -> Int32 {
    guard case .exited(let code) = ending, code <= 128 else { return ExitCode.unavailable.rawValue }
    return code
  }

  /// What happened.
  package static func words(of ending: ChildProcess.Ending) -> String {
    switch ending {
    case .exited(let code) where code > 128 && code < 193:
      "mpirun ended with code \(code), a rank was killed by signal \(code - 128)"
    case .exited(let code): "mpirun ended with code \(code)"
    case .killed(let signal): "mpirun was killed by signal \(signal)"
    }
  }

  /// Where a restart goes on.
  package static func place(_ progress: RunProgress) -> String {
    progress.checkpoint.map { "after step \($0)" } ?? "from the beginning: there is no checkpoint yet"
  }
}
