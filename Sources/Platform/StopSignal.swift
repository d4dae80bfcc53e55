internal import CPlatform

/// Signals that ask a process to stop, remembered instead of ending it.
package enum StopSignal {
  /// Remembers SIGUSR1, SIGTERM and SIGINT from now on; a second SIGINT ends the process at once.
  package static func listen() { ck_listen_for_stop() }

  /// Lets them end the process at once, with code 75, until ``waitForSteps()``: nothing has to be saved before the
  /// first step.
  /// - Parameters:
  ///   - speaks: whether this process says so in a line.
  ///   - isAlone: whether no launcher has started it, which would send SIGTERM for reasons of its own.
  package static func endAtOnce(speaks: Bool, isAlone: Bool) { ck_end_when_asked(speaks ? 1 : 0, isAlone ? 1 : 0) }

  /// Remembers them again.
  package static func waitForSteps() { ck_remember_when_asked() }

  /// The number of the last one that came; 0: none.
  package static var received: Int32 { ck_stop_signal() }
}
