internal import Collectives
internal import MPI

/// Rounds of messages over MPI, prepared as persistent requests.
///
/// All rounds share one communicator of their own; a round's number is its tag, and messages between two ranks match in order.
final class MPITransport: Transport {
  private let communicator: Communicator
  private let largestTag: Int
  /// Bytes of one MPI message; longer ones are cut, alike on both sides.
  private let pieceLimit: Int
  private var rounds: [MPIRound] = []

  init(_ communicator: Communicator, pieceLimit: Int) throws(MPIError) {
    self.communicator = communicator
    self.pieceLimit = pieceLimit
    largestTag = try communicator.largestTag()
  }

  var rank: Int { communicator.rank }
  var size: Int { communicator.size }

  func makeRound(receives: [Message], sends: [Message]) throws -> any Round {
    // Reusing a tag is safe as long as two rounds of the same tag are not under way together.
    let tag = Int32(truncatingIfNeeded: rounds.count % (largestTag + 1))
    let incoming = receives.flatMap(pieces)
    let outgoing = sends.flatMap(pieces)
    let requests = RequestArray(communicator, capacity: incoming.count + outgoing.count)
    for piece in incoming { try requests.addReceive(into: piece.bytes, from: piece.peer, tag: tag) }
    for piece in outgoing { try requests.addSend(UnsafeRawBufferPointer(piece.bytes), to: piece.peer, tag: tag) }
    let round = MPIRound(requests)
    rounds.append(round)
    return round
  }

  func sumInAnyOrder(_ values: UnsafeMutablePointer<Float>, count: Int) throws {
    try communicator.allReduce(values, count: count, .sum)
  }

  /// Gives all prepared messages back.
  func close() throws(MPIError) {
    for round in rounds { try round.free() }
    rounds = []
  }

  private func pieces(of message: Message) -> [Message] {
    stride(from: 0, to: message.bytes.count, by: pieceLimit).map { start in
      let end = min(start + pieceLimit, message.bytes.count)
      return Message(peer: message.peer, bytes: .init(rebasing: message.bytes[start..<end]))
    }
  }
}

/// One prepared round.
private final class MPIRound: Round {
  private let requests: RequestArray

  init(_ requests: RequestArray) {
    self.requests = requests
  }

  func start() throws { try requests.start() }
  func test() throws -> Bool { try requests.test() }
  func wait() throws { try requests.wait() }
  func free() throws(MPIError) { try requests.free() }
}
