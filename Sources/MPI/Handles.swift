internal import COpenMPI

// Where MPI's handles are pointers (Open MPI) Swift sees a handle in memory as an optional; where they are integers
// (MPICH) it does not. This file is the one place that knows.

/// A communicator as C functions write it.
typealias CommunicatorSlot = MPI_Comm?
/// A request as C functions read and write it.
typealias RequestSlot = MPI_Request?
/// A window as C functions write it.
typealias WindowSlot = MPI_Win?

/// The handle in a slot that a successful call has filled.
func filled<Handle>(_ slot: Handle?) -> Handle {
  guard let handle = slot else { preconditionFailure("MPI reported success and gave no handle") }
  return handle
}
