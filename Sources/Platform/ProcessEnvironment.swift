internal import Foundation

/// The environment variables that a process was started with.
///
/// The program reads them once, as its first act (``ofThisProcess()``), and hands them to whoever needs one: nothing
/// below it looks by itself, so that what a function does can be seen from what it is given, and tested without
/// touching the tests' own process.
package struct ProcessEnvironment: Sendable, Equatable {
  /// All of them, as programs that are started get them.
  package let variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  /// What this process was started with; called by the program's main alone.
  package static func ofThisProcess() -> ProcessEnvironment {
    ProcessEnvironment(ProcessInfo.processInfo.environment)
  }

  /// A variable's text; nil: it is not set.
  package subscript(_ name: String) -> String? { variables[name] }

  /// A variable's whole number; nil: it is not set, or is none.
  package func number(_ name: String) -> Int? { variables[name].flatMap { Int($0) } }

  /// Whether Open MPI's launcher has started this process as one of its ranks.
  package var isUnderMPIRun: Bool { variables["OMPI_COMM_WORLD_SIZE"] != nil }
}

extension ProcessEnvironment: ExpressibleByDictionaryLiteral {
  /// Variables as written down, as in tests; no name twice.
  package init(dictionaryLiteral variables: (String, String)...) {
    self.init(Dictionary(variables) { $1 })
  }
}
