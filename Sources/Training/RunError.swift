package import Specs

/// A failure of a run, as one sentence.
package struct RunError: ReportableError {
  package var exitCode: ExitCode
  package var sentence: String

  package init(_ exitCode: ExitCode, _ sentence: String) {
    self.exitCode = exitCode
    self.sentence = sentence
  }
}

/// What any error means for the user: the exit code and one sentence.
package func describeFailure(_ error: any Error) -> (exitCode: Int32, sentence: String) {
  guard let known = error as? any ReportableError else {
    return (ExitCode.internalError.rawValue, "internal error: \(error)")
  }
  return (known.exitCode.rawValue, known.sentence)
}
