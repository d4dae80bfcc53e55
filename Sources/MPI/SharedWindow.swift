internal import COpenMPI

/// Memory that the ranks of one node see at once.
///
/// Collective over a communicator made by ``Communicator/splitByNode()``.
package final class SharedWindow {
  private let communicator: Communicator
  private var slot: WindowSlot = cmpi_win_null()
  /// This rank's own part.
  package private(set) var own = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  /// Allocates `byteCount` bytes on this rank, 0 where it only wants to look at others' parts.
  ///
  /// The corresponding C functions are `MPI_Win_allocate_shared` and `MPI_Win_lock_all`.
  package init(_ node: Communicator, byteCount: Int) throws(MPIError) {
    communicator = node
    var base: UnsafeMutableRawPointer?
    try check("MPI_Win_allocate_shared", rank: node.rank) {
      withUnsafeMutablePointer(to: &base) {
        MPI_Win_allocate_shared(byteCount, 1, cmpi_info_null(), node.raw, $0, &slot)
      }
    }
    own = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    // A new window does not inherit the communicator's error handler; its default ends the run without a sentence.
    try check("MPI_Win_set_errhandler", rank: node.rank) {
      MPI_Win_set_errhandler(filled(slot), cmpi_errors_return())
    }
    try check("MPI_Win_lock_all", rank: node.rank) { MPI_Win_lock_all(cmpi_mode_nocheck(), filled(slot)) }
  }

  /// A rank's part, at its address in this process.
  ///
  /// The corresponding C function is `MPI_Win_shared_query`.
  package func part(of rank: Int) throws(MPIError) -> UnsafeMutableRawBufferPointer {
    var size: MPI_Aint = 0
    var unit: Int32 = 0
    var base: UnsafeMutableRawPointer?
    try check("MPI_Win_shared_query", rank: communicator.rank) {
      withUnsafeMutablePointer(to: &base) {
        MPI_Win_shared_query(filled(slot), Int32(truncatingIfNeeded: rank), &size, &unit, $0)
      }
    }
    return UnsafeMutableRawBufferPointer(start: base, count: size)
  }

  /// Orders this rank's reads and writes of the window before and after it.
  ///
  /// The corresponding C function is `MPI_Win_sync`.
  ///
  /// What one rank wrote another sees after: publish, a barrier of both, publish.
  package func publish() throws(MPIError) {
    try check("MPI_Win_sync", rank: communicator.rank) { MPI_Win_sync(filled(slot)) }
  }

  /// Collective: gives the memory back.
  ///
  /// The corresponding C functions are `MPI_Win_unlock_all` and `MPI_Win_free`.
  package func free() throws(MPIError) {
    try check("MPI_Win_unlock_all", rank: communicator.rank) { MPI_Win_unlock_all(filled(slot)) }
    try check("MPI_Win_free", rank: communicator.rank) { MPI_Win_free(&slot) }
    own = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }
}
