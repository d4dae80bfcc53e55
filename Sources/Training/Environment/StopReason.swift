internal import Glibc
internal import Platform

/// What asked a run to stop; the greatest of all ranks' counts, and is more than any other ``ControlWord``.
package enum StopReason: Int64, Sendable, CaseIterable {
  case userSignal = 3
  case termination = 4
  case interrupt = 5
  case timeLimit = 6

  /// For people and `stopped.json`.
  package var words: String {
    switch self {
    case .userSignal: "SIGUSR1"
    case .termination: "SIGTERM"
    case .interrupt: "SIGINT"
    case .timeLimit: "time limit"
    }
  }
}

extension StopReason {
  /// What this process has been asked for by a signal.
  package static var ofSignal: StopReason? {
    switch StopSignal.received {
    case SIGUSR1: .userSignal
    case SIGTERM: .termination
    case SIGINT: .interrupt
    default: nil
    }
  }
}
