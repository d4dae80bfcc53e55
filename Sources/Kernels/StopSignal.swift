internal import CKernels

/// Signals that ask a process to stop, remembered instead of ending it.
package enum StopSignal {
  /// Remembers SIGUSR1, SIGTERM and SIGINT from now on; a second SIGINT ends the process at once.
  package static func listen() { ck_listen_for_stop() }

  /// The number of the last one that came; 0: none.
  package static var received: Int32 { ck_stop_signal() }
}
