package import Specs

/// A failure of a run, as one sentence.
package struct RunError: ReportableError {
  package let exitCode: ExitCode
  package let sentence: String

  package init(_ exitCode: ExitCode, _ sentence: String) {
    self.exitCode = exitCode
    // Names of files and what is in them come from outside.
    self.sentence = sentence.excerpt(1200)
  }
}

/// What any error means for the user: the exit code and one sentence.
package func describeFailure(_ error: any Error) -> (exitCode: Int32, sentence: String) {
  guard let known = error as? any ReportableError else {
    return (ExitCode.internalError.rawValue, "internal error: \(error)".excerpt(1200))
  }
  return (known.exitCode.rawValue, known.sentence)
}
