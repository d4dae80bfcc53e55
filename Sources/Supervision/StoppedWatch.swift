internal import Platform

/// Notices that mpirun, or all its ranks here, have been stopped (SIGSTOP, a debugger, a batch system that suspends
/// jobs): nobody inside of the run can, because a rank that is stopped does not look, and an only rank has no other
/// that waits for it.
struct StoppedWatch {
  /// What follows from a look.
  enum Verdict: Equatable {
    case fine
    /// Stopped since this look.
    case stopped(String)
    /// Stopped for as long as is waited for it.
    case over(String)
  }

  /// Seconds that are waited; 0: for ever.
  let limit: Double
  private var since: Double?

  init(limit: Double) { self.limit = limit }

  /// - Parameters:
  ///   - stopped: who is stopped, in words; nil: nobody.
  ///   - now: seconds.
  mutating func look(_ stopped: String?, now: Double) -> Verdict {
    guard let stopped else {
      since = nil
      return .fine
    }
    guard let since else {
      since = now
      return .stopped(stopped)
    }
    return limit > 0 && now - since > limit ? .over(stopped) : .fine
  }
}

extension ChildProcess {
  /// Who of mpirun and its ranks on this machine is stopped, where that stops all of them; nil: not so.
  var stoppedWords: String? {
    if isStopped { return "mpirun (process \(pid))" }
    let children = self.children
    guard !children.isEmpty, children.allSatisfy(\.isStopped) else { return nil }
    return children.count == 1
      ? "the rank (process \(children[0].process))"
      : "all ranks here (processes \(children.map { "\($0.process)" }.joined(separator: ", ")))"
  }
}
