/// A config that cannot be used: where, what was found, what is allowed.
package struct ConfigError: ReportableError, Equatable {
  /// The file, where known.
  package var file: String?
  /// The JSON path, like `model.layers[2].units`; empty for the whole file.
  package var path: String
  /// What was found and what is allowed.
  package var problem: String
  package var exitCode: ExitCode

  package init(_ problem: String, path: String = "", file: String? = nil, exitCode: ExitCode = .config) {
    self.problem = problem
    self.path = path
    self.file = file
    self.exitCode = exitCode
  }

  package var sentence: String {
    [file?.oneLine, path.isEmpty ? nil : path.excerpt(200), problem.excerpt(1000)].compactMap { $0 }.joined(
      separator: ": ")
  }

  /// The same error, naming the file it was found in.
  package func inFile(_ name: String) -> ConfigError {
    var copy = self
    copy.file = file ?? name
    return copy
  }
}
