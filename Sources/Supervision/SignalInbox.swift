internal import Glibc

/// Signals that wait until this process looks at them, so that none can come at the wrong moment.
package struct SignalInbox {
  private var waiting = sigset_t()

  /// Holds back SIGTERM, SIGINT and SIGUSR1, SIGHUP unless it is ignored as under `nohup`, and SIGCHLD from now on.
  /// Call it on the main thread, before there are others. Writing to who does not read any more becomes an error
  /// instead of SIGPIPE.
  package init() {
    var numbers = [SIGTERM, SIGINT, SIGUSR1, SIGCHLD]
    var hangUp = sigaction()
    sigaction(SIGHUP, nil, &hangUp)
    if unsafeBitCast(hangUp.__sigaction_handler.sa_handler, to: Int.self) != 1 { numbers.append(SIGHUP) }
    sigemptyset(&waiting)
    for number in numbers {
      sigaddset(&waiting, number)
      // Whoever started this process may have had them ignored.
      signal(number, SIG_DFL)
    }
    signal(SIGPIPE, SIG_IGN)
    pthread_sigmask(SIG_BLOCK, &waiting, nil)
  }

  /// The next signal; nil when none has come in so many seconds.
  package func next(within seconds: Double) -> Int32? {
    var waiting = waiting
    let seconds = min(max(0, seconds), 86400)
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    let number = sigtimedwait(&waiting, nil, &time)
    return number > 0 ? number : nil
  }

  /// The name of a signal.
  package static func name(_ number: Int32) -> String {
    switch number {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    case SIGUSR1: "SIGUSR1"
    case SIGHUP: "SIGHUP"
    default: "signal \(number)"
    }
  }
}
