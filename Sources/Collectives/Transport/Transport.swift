/// Moves bytes between ranks: all that an allreduce algorithm needs to know about the network.
///
/// Memory, peers and lengths are named once, in ``makeRound(receives:sends:)``; running a round allocates nothing. All
/// ranks make their rounds in the same order and run each of them together. Handed whole to one thread at a time.
package protocol Transport: AnyObject {
  /// This rank, `0 ..< size`.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }

  /// Prepares messages that travel together.
  ///
  /// Between one sender and one receiver messages arrive in the order listed; both sides state the same lengths.
  ///
  /// - Parameters:
  ///   - receives: where to put what comes from whom; the memory outlives the round.
  ///   - sends: what goes to whom; the memory outlives the round.
  /// - Returns: the round, ready to start.
  /// - Throws: an error of the network.
  func makeRound(receives: [Message], sends: [Message]) throws -> any Round

  /// The ranks of each node, ascending; nodes in the order of their first rank.
  var nodes: [[Int]] { get }

  /// Memory that the ranks of this node see, a region of each of them; zero-filled, on 64-byte borders, valid as long
  /// as the transport.
  ///
  /// Collective over all ranks of the run. The corresponding C functions are `MPI_Win_allocate_shared` and
  /// `MPI_Win_shared_query`.
  ///
  /// - Parameter byteCount: what this rank asks for.
  /// - Returns: the regions of this node's ranks, in their order; nil on every rank when there was not enough room on
  ///   one.
  func sharedMemory(byteCount: Int) throws -> [UnsafeMutableRawPointer]?

  /// Adds up `count` floats over all ranks in place, in an order of the transport's own choice.
  func sumInAnyOrder(_ values: UnsafeMutablePointer<Float>, count: Int) throws

  /// Called again and again by a thread that waits for messages, when that takes long.
  ///
  /// - Parameter seconds: since the wait began.
  func waited(seconds: Double)

  /// Called at the begin of each exchange, by the thread that has the transport: whoever is not in it may have to be
  /// told now and then that this rank is there.
  func exchangeBegins()

  /// Collective: gives prepared rounds and shared memory back; the transport's last use.
  func close() throws
}

extension Transport {
  package func waited(seconds: Double) {}
  package func exchangeBegins() {}
}

/// One message of a round: a peer and the memory to be sent to it or filled from it.
package struct Message {
  /// The other rank.
  package var peer: Int
  /// The bytes, one or more.
  package var bytes: UnsafeMutableRawBufferPointer

  package init(peer: Int, bytes: UnsafeMutableRawBufferPointer) {
    self.peer = peer
    self.bytes = bytes
  }
}

/// Messages prepared to travel together, again and again.
///
/// Between ``start()`` and the end of ``wait()`` the memory belongs to the round: bytes to be sent may be read, bytes
/// to be received may not be touched.
package protocol Round: AnyObject {
  /// Lets the messages go.
  func start() throws
  /// Makes progress; true when all messages of the round are complete.
  func test() throws -> Bool
  /// Returns when all messages of the round are complete.
  func wait() throws
}

extension Round {
  /// Runs the round from start to end.
  package func run() throws {
    try start()
    try wait()
  }
}
