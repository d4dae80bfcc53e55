internal import COpenMPI

/// Messages prepared once and started together many times; starting, testing and waiting allocate nothing here.
///
/// They start in the order they were added, so that messages between the same two ranks with the same tag match in that
/// order.
package final class RequestArray {
  private let communicator: Communicator
  private let slots: UnsafeMutablePointer<RequestSlot>
  private let capacity: Int
  private var count = 0

  /// Makes room for `capacity` messages.
  package init(_ communicator: Communicator, capacity: Int) {
    self.communicator = communicator
    self.capacity = capacity
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: cmpi_request_null(), count: capacity)
  }

  deinit {
    slots.deallocate()
  }

  /// Adds a message to be received.
  ///
  /// The corresponding C function is `MPI_Recv_init`.
  package func addReceive(
    into bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int32
  ) throws(MPIError) {
    precondition(count < capacity, "more messages than prepared for")
    let length = try count32(bytes.count, "MPI_Recv_init", rank: communicator.rank)
    try check("MPI_Recv_init", rank: communicator.rank) {
      MPI_Recv_init(
        bytes.baseAddress, length, cmpi_uint8(), Int32(truncatingIfNeeded: peer), tag, communicator.raw, slots + count)
    }
    count += 1
  }

  /// Adds a message to be sent.
  ///
  /// The corresponding C function is `MPI_Send_init`.
  package func addSend(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int32) throws(MPIError) {
    precondition(count < capacity, "more messages than prepared for")
    let length = try count32(bytes.count, "MPI_Send_init", rank: communicator.rank)
    try check("MPI_Send_init", rank: communicator.rank) {
      MPI_Send_init(
        bytes.baseAddress, length, cmpi_uint8(), Int32(truncatingIfNeeded: peer), tag, communicator.raw, slots + count)
    }
    count += 1
  }

  /// Lets all messages go.
  ///
  /// The corresponding C function is `MPI_Start`.
  package func start() throws(MPIError) {
    for index in 0..<count {
      try check("MPI_Start", rank: communicator.rank) { MPI_Start(slots + index) }
    }
  }

  /// Makes progress; true when all messages are complete.
  ///
  /// The corresponding C function is `MPI_Testall`.
  package func test() throws(MPIError) -> Bool {
    var isDone: Int32 = 0
    try check("MPI_Testall", rank: communicator.rank) {
      MPI_Testall(Int32(count), slots, &isDone, cmpi_statuses_ignore())
    }
    return isDone != 0
  }

  /// Returns when all messages are complete.
  ///
  /// The corresponding C function is `MPI_Testall`, repeated patiently.
  package func wait() throws(MPIError) {
    try Patience.wait(communicator.observer) { () throws(MPIError) in try test() }
  }

  /// Gives the prepared messages back; none may be under way.
  ///
  /// The corresponding C function is `MPI_Request_free`.
  package func free() throws(MPIError) {
    for index in 0..<count {
      try check("MPI_Request_free", rank: communicator.rank) { MPI_Request_free(slots + index) }
    }
    count = 0
  }
}
