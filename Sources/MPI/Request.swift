internal import COpenMPI

/// A message under way.
///
/// Waiting consumes it, so nobody can wait twice.
///
/// No MPI call runs in a `deinit`: a request dropped without ``wait()`` goes on, and its memory must outlive it. That
/// happens only on the way out after another error.
package struct Request: ~Copyable {
  private var slot: RequestSlot
  private let rank: Int

  init(_ slot: RequestSlot, rank: Int) {
    self.slot = slot
    self.rank = rank
  }

  /// Makes progress; true when the message is complete.
  ///
  /// The corresponding C function is `MPI_Test`.
  package mutating func test() throws(MPIError) -> Bool {
    var isDone: Int32 = 0
    try check("MPI_Test", rank: rank) { MPI_Test(&slot, &isDone, cmpi_status_ignore()) }
    return isDone != 0
  }

  /// Returns when the message is complete.
  ///
  /// The corresponding C function is `MPI_Test`, repeated patiently.
  package consuming func wait() throws(MPIError) {
    while try !test() {
      try Patience.wait { () throws(MPIError) in try test() }
    }
  }
}
