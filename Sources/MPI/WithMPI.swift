internal import COpenMPI
internal import Glibc
internal import Platform

/// How a run ends that failed.
package struct RunFailure {
  /// The code the process exits with.
  package var exitCode: Int32
  /// One sentence, without the leading `ptrain: `; nil when another rank says it.
  package var sentence: String?
  /// Whether every rank fails with the same code now, so that all can leave in order.
  package var isAgreed: Bool

  package init(exitCode: Int32, sentence: String?, isAgreed: Bool) {
    self.exitCode = exitCode
    self.sentence = sentence
    self.isAgreed = isAgreed
  }
}

/// Initialises MPI, runs `body` with the communicator of all ranks, and finalises MPI; without `mpirun` there is one
/// rank.
///
/// If `body` throws, one line goes to `report` and the process ends here: through `MPI_Finalize` and `exit` if all
/// ranks agree on the failure or there is only one, and through `MPI_Abort` otherwise, because the other ranks wait for
/// this one. MPI can be initialised once per process. The corresponding C functions are `MPI_Init_thread`,
/// `MPI_Finalize`, `MPI_Abort`.
///
/// - Parameters:
///   - describe: what an error of `body` means for the user, and on which rank it was thrown.
///   - report: takes the line, `ptrain: ` and the sentence; writes it to standard error unless given.
///   - body: everything that needs other ranks.
/// - Returns: what `body` returned.
/// - Throws: ``MPIError`` when MPI itself does not start or stop.
package func withMPI<Value>(
  describe: (_ error: any Error, _ rank: Int) -> RunFailure,
  report: (String) -> Void = StandardError.write,
  _ body: (Communicator) throws -> Value
) throws(MPIError) -> Value {
  let world = try startMPI()
  let result: Value
  do {
    result = try body(world)
  } catch {
    let failure = describe(error, world.rank)
    if let sentence = failure.sentence {
      report("ptrain: " + sentence.split(whereSeparator: \.isNewline).joined(separator: " "))
    }
    // Standard output of this process would be lost in MPI_Abort.
    fflush(nil)
    if failure.isAgreed || world.size == 1 {
      try check("MPI_Finalize", rank: world.rank) { MPI_Finalize() }
    } else {
      try world.abort(exitCode: failure.exitCode)
    }
    exit(failure.exitCode)
  }
  try check("MPI_Finalize", rank: world.rank) { MPI_Finalize() }
  return result
}

private func startMPI() throws(MPIError) -> Communicator {
  let required = cmpi_thread_serialized()
  var provided: Int32 = 0
  try check("MPI_Init_thread") { MPI_Init_thread(nil, nil, required, &provided) }
  guard provided >= required else {
    throw MPIError(
      routine: "MPI_Init_thread", code: MPI_ERR_OTHER, errorClass: .other,
      text: "this MPI library lets only one thread ever call it (level \(provided)); "
        + "ptrain needs MPI_THREAD_SERIALIZED (level \(required))", rank: nil)
  }
  try check("MPI_Comm_set_errhandler") { MPI_Comm_set_errhandler(cmpi_comm_world(), cmpi_errors_return()) }
  return try Communicator(cmpi_comm_world())
}
