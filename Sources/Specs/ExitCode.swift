/// The exit codes of the command, after `sysexits.h` where it has one.
package enum ExitCode: Int32, Sendable, CaseIterable {
  /// Done.
  case success = 0
  /// The command line cannot be understood (`EX_USAGE`).
  case usage = 64
  /// Data that cannot be used (`EX_DATAERR`).
  case data = 65
  /// An input file is missing or cannot be read (`EX_NOINPUT`).
  case missingInput = 66
  /// A peer was lost or silent, or MPI failed (`EX_UNAVAILABLE`).
  case unavailable = 69
  /// A defect of the program, or replicas that differ (`EX_SOFTWARE`).
  case internalError = 70
  /// Writing or reading failed (`EX_IOERR`).
  case inputOutput = 74
  /// Stopped on request with a checkpoint: run me again (`EX_TEMPFAIL`).
  case stopped = 75
  /// Loss or gradient not finite (`EX_PROTOCOL` in `sysexits.h`, here for numbers that broke the rules).
  case notFinite = 76
  /// The config is wrong (`EX_CONFIG`).
  case config = 78
}

/// An error that a person reads as one sentence.
package protocol ReportableError: Error {
  /// What the process exits with.
  var exitCode: ExitCode { get }
  /// One sentence without line breaks: file or rank, place, what was found, what is allowed, what to do.
  var sentence: String { get }
}
