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

/// A failure that the first rank alone finds while the others compute: it ends the run through `MPI_Abort`.
package struct LoneFailure: Error {
  package let exitCode: Int32
  package let sentence: String

  /// Runs a body whose errors nobody else hears of.
  package static func wrap<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as any ReportableError {
      throw LoneFailure(exitCode: error.exitCode.rawValue, sentence: error.sentence)
    }
  }
}

/// What any error means for the user: the exit code and one sentence.
package func describeFailure(_ error: any Error) -> (exitCode: Int32, sentence: String) {
  if let lone = error as? LoneFailure { return (lone.exitCode, lone.sentence) }
  guard let known = error as? any ReportableError else {
    return (ExitCode.internalError.rawValue, "internal error: \(error)".excerpt(1200))
  }
  return (known.exitCode.rawValue, known.sentence)
}
