internal import COpenMPI

extension Communicator {
  /// Sends a message and returns when its memory may be used again.
  ///
  /// The corresponding C function is `MPI_Isend`, then `MPI_Test`.
  package func send<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, to peer: Int, tag: Int32
  ) throws(MPIError) {
    try startSend(buffer, to: peer, tag: tag).wait()
  }

  /// Receives a message of at most `buffer.count` elements.
  ///
  /// The corresponding C function is `MPI_Irecv`, then `MPI_Test`.
  ///
  /// - Throws: ``MPIError`` of class `truncate` when the message is longer.
  package func receive<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from peer: Int, tag: Int32
  ) throws(MPIError) {
    try startReceive(buffer, from: peer, tag: tag).wait()
  }

  /// Starts to send; the memory may be read, not written, until the request is complete.
  ///
  /// The corresponding C function is `MPI_Isend`.
  package func startSend<Scalar: MPIScalar>(
    _ buffer: UnsafeBufferPointer<Scalar>, to peer: Int, tag: Int32
  ) throws(MPIError) -> Request {
    var slot: RequestSlot = cmpi_request_null()
    let count = try count32(buffer.count, "MPI_Isend", rank: rank)
    try check("MPI_Isend", rank: rank) {
      MPI_Isend(buffer.baseAddress, count, Scalar.datatype.raw, Int32(truncatingIfNeeded: peer), tag, raw, &slot)
    }
    return Request(slot, rank: rank)
  }

  /// Starts to receive; the memory belongs to MPI until the request is complete.
  ///
  /// The corresponding C function is `MPI_Irecv`.
  package func startReceive<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from peer: Int, tag: Int32
  ) throws(MPIError) -> Request {
    var slot: RequestSlot = cmpi_request_null()
    let count = try count32(buffer.count, "MPI_Irecv", rank: rank)
    try check("MPI_Irecv", rank: rank) {
      MPI_Irecv(buffer.baseAddress, count, Scalar.datatype.raw, Int32(truncatingIfNeeded: peer), tag, raw, &slot)
    }
    return Request(slot, rank: rank)
  }

  /// Whether a message from `peer` with this tag can be received at once.
  ///
  /// The corresponding C function is `MPI_Iprobe`.
  package func hasMessage(from peer: Int, tag: Int32) throws(MPIError) -> Bool {
    var flag: Int32 = 0
    try check("MPI_Iprobe", rank: rank) {
      MPI_Iprobe(Int32(truncatingIfNeeded: peer), tag, raw, &flag, cmpi_status_ignore())
    }
    return flag != 0
  }
}
