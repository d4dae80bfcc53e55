package import Platform

extension FileError: ReportableError {
  package var exitCode: ExitCode {
    switch kind {
    case .missing: .missingInput
    case .unsuitable: .data
    case .failed: .inputOutput
    }
  }

  // Names of files and what is in them come from outside.
  package var sentence: String { words.excerpt(1200) }
}
