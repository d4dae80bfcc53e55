internal import COpenMPI
internal import Synchronization

/// A group of ranks that can talk to each other.
///
/// MPI is initialised with `MPI_THREAD_SERIALIZED`: any thread may call it, but one at a time. This class is not
/// `Sendable`, so the compiler keeps a communicator on the thread that has it; a communication thread is handed all of
/// them, as a whole.
package final class Communicator {
  let raw: MPI_Comm
  /// This process in the group, `0 ..< size`.
  ///
  /// The corresponding C function is `MPI_Comm_rank`.
  package let rank: Int
  /// The number of processes in the group.
  ///
  /// The corresponding C function is `MPI_Comm_size`.
  package let size: Int

  /// Communicators that this process has made and not given back; that of all processes, which is MPI's own, is not
  /// among them.
  ///
  /// MPI numbers them, and has only so many numbers.
  package static var openCount: Int { made.load(ordering: .relaxed) }
  private static let made = Atomic<Int>(0)

  /// Is told when a rank waits long in this communicator's calls.
  package var observer: (any WaitObserver)?

  init(_ raw: MPI_Comm) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check("MPI_Comm_rank") { MPI_Comm_rank(raw, &rank) }
    try check("MPI_Comm_size") { MPI_Comm_size(raw, &size) }
    self.raw = raw
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// What a call has just made; it is to be freed.
  private convenience init(made slot: CommunicatorSlot) throws(MPIError) {
    Self.made.add(1, ordering: .relaxed)
    try self.init(filled(slot))
  }

  /// The ranks that share memory with this one, ordered as here.
  ///
  /// The corresponding C function is `MPI_Comm_split_type`.
  package func splitByNode() throws(MPIError) -> Communicator {
    var slot: CommunicatorSlot = cmpi_comm_null()
    try check("MPI_Comm_split_type", rank: rank) {
      MPI_Comm_split_type(raw, cmpi_comm_type_shared(), Int32(rank), cmpi_info_null(), &slot)
    }
    return try Communicator(made: slot)
  }

  /// The ranks that give the same color, ordered by key and then as here; nil for a rank whose color is nil.
  ///
  /// The corresponding C function is `MPI_Comm_split`.
  package func split(color: Int32?, key: Int32) throws(MPIError) -> Communicator? {
    var slot: CommunicatorSlot = cmpi_comm_null()
    try check("MPI_Comm_split", rank: rank) { MPI_Comm_split(raw, color ?? cmpi_undefined(), key, &slot) }
    return color == nil ? nil : try Communicator(made: slot)
  }

  /// The same ranks with message traffic of their own.
  ///
  /// The corresponding C function is `MPI_Comm_dup`.
  package func duplicate() throws(MPIError) -> Communicator {
    var slot: CommunicatorSlot = cmpi_comm_null()
    try check("MPI_Comm_dup", rank: rank) { MPI_Comm_dup(raw, &slot) }
    return try Communicator(made: slot)
  }

  /// Gives the communicator back; collective, and its last use.
  ///
  /// The corresponding C function is `MPI_Comm_free`.
  package consuming func free() throws(MPIError) {
    var slot: CommunicatorSlot = raw
    try check("MPI_Comm_free", rank: rank) { MPI_Comm_free(&slot) }
    Self.made.subtract(1, ordering: .relaxed)
  }

  /// Ends all processes of the group, and usually of the run.
  ///
  /// The corresponding C function is `MPI_Abort`.
  package func abort(exitCode: Int32) throws(MPIError) {
    try check("MPI_Abort", rank: rank) { MPI_Abort(raw, exitCode) }
  }

  /// The largest tag a message may have.
  ///
  /// The corresponding C function is `MPI_Comm_get_attr` with `MPI_TAG_UB`.
  package func largestTag() throws(MPIError) -> Int {
    var value: UnsafeMutablePointer<Int32>?
    var isSet: Int32 = 0
    try check("MPI_Comm_get_attr", rank: rank) {
      withUnsafeMutablePointer(to: &value) { MPI_Comm_get_attr(raw, cmpi_tag_ub(), $0, &isSet) }
    }
    // The standard promises at least this much.
    return isSet != 0 ? value.map { Int($0.pointee) } ?? 32767 : 32767
  }
}

/// The host's name.
///
/// The corresponding C function is `MPI_Get_processor_name`.
package func processorName() throws(MPIError) -> String {
  var name = [CChar](repeating: 0, count: Int(cmpi_max_processor_name()) + 1)
  var length: Int32 = 0
  try check("MPI_Get_processor_name") { MPI_Get_processor_name(&name, &length) }
  return string(name, length: length)
}

/// The MPI library's name and version in one line; may be asked before MPI is initialised.
///
/// The corresponding C function is `MPI_Get_library_version`.
package func mpiLibraryVersion() throws(MPIError) -> String {
  var text = [CChar](repeating: 0, count: Int(cmpi_max_library_version_string()) + 1)
  var length: Int32 = 0
  try check("MPI_Get_library_version") { MPI_Get_library_version(&text, &length) }
  let whole = string(text, length: length)
  return whole.split(whereSeparator: \.isNewline).first.map(String.init) ?? whole
}

/// The first words of ``mpiLibraryVersion()``, like `Open MPI v4.1.4`.
package func mpiLibraryName() throws(MPIError) -> String {
  String(try mpiLibraryVersion().prefix { $0 != "," && !$0.isNewline })
}

/// Seconds since some moment in the past.
///
/// The corresponding C function is `MPI_Wtime`.
package func wallTime() -> Double {
  MPI_Wtime()
}
