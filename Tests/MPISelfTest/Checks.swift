import MPI

/// Counts cases and collects what failed on this rank.
struct Checks {
  private(set) var caseCount = 0
  private(set) var failures: [String] = []

  /// Runs one case, on all ranks together; it returns what is wrong, nil when nothing is.
  mutating func run(_ name: String, _ body: () throws -> String?) {
    caseCount += 1
    do {
      if let problem = try body() { failures.append("\(name): \(problem)") }
    } catch {
      failures.append("\(name): threw \(error)")
    }
  }

  /// A case that must throw an MPI error of this class.
  mutating func run(_ name: String, throws expected: MPIError.ErrorClass, _ body: () throws -> Void) {
    run(name) {
      do {
        try body()
      } catch let error as MPIError {
        return error.errorClass == expected && !error.text.isEmpty ? nil : "threw \(error)"
      }
      return "threw nothing"
    }
  }
}

/// The first of several findings.
///
/// All are made first, so that no rank skips a call the others are in.
func first(_ problems: String?...) -> String? {
  problems.compactMap { $0 }.first
}

/// Says what differs, nil when nothing does.
func difference<Value: Equatable>(_ found: Value, _ expected: Value) -> String? {
  found == expected ? nil : "found \(found), expected \(expected)"
}
