extension Cluster {
  /// Fills memory on every rank with what root's holds; collective.
  ///
  /// It travels in pieces of 4 MiB, so that what is under way is small beside it and others see that this rank is
  /// there. The corresponding C function is `MPI_Bcast`.
  ///
  /// - Parameter bytes: as many on every rank.
  /// - Throws: ``ClusterError/messageLength(from:to:sent:expected:)`` where they are not; an error of the network.
  package func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
    for begin in stride(from: 0, to: bytes.count, by: 1 << 22) {
      let piece = UnsafeMutableRawBufferPointer(rebasing: bytes[begin..<min(bytes.count, begin + 1 << 22)])
      let found = try broadcastBytes(rank == root ? Array(piece) : [], from: root)
      guard found.count == piece.count else {
        throw ClusterError.messageLength(from: root, to: rank, sent: found.count, expected: piece.count)
      }
      if rank != root { piece.copyBytes(from: found) }
      showProgress()
    }
  }
}
