internal import Collectives
internal import Glibc
internal import MPI
internal import Platform

/// Rounds of messages over MPI, prepared as persistent requests.
///
/// All rounds share one communicator of their own, which goes with the transport; a round's number is its tag, and
/// messages between two ranks match in order.
final class MPITransport: Transport {
  private let communicator: Communicator
  private let largestTag: Int
  /// Bytes of one MPI message; longer ones are cut, alike on both sides.
  private let pieceLimit: Int
  private let node: Communicator
  let nodes: [[Int]]
  private var rounds: [MPIRound] = []
  private var windows: [SharedWindow] = []
  private let watchdog: Watchdog
  /// Whether there may be ranks that these exchange nothing with.
  private let isGroups: Bool
  private(set) var isClosed = false

  init(
    _ communicator: Communicator, node: Communicator, nodes: [[Int]], pieceLimit: Int, watchdog: Watchdog,
    isGroups: Bool
  ) throws(MPIError) {
    self.communicator = communicator
    self.node = node
    self.nodes = nodes
    self.pieceLimit = pieceLimit
    self.watchdog = watchdog
    self.isGroups = isGroups
    communicator.observer = watchdog
    largestTag = try communicator.largestTag()
  }

  var rank: Int { communicator.rank }
  var size: Int { communicator.size }

  func makeRound(receives: [Message], sends: [Message]) throws -> any Round {
    precondition(!isClosed, "a round is made after its transport was closed")
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

  func sharedMemory(byteCount: Int) throws -> [UnsafeMutableRawPointer]? {
    // Windows live in /dev/shm, which containers keep small: running out of it there is a bus error, not an error code.
    let page = 4096, alignment = 64
    let wanted = (byteCount + alignment + page - 1) / page * page
    // Nobody sees who waits inside MPI's blocking calls, so all come together before the first.
    try communicator.barrier()
    let ofNode = try node.allReduce(Int64(wanted), .sum)
    var room = statvfs()
    let hasRoom = statvfs("/dev/shm", &room) != 0 || UInt64(ofNode) < UInt64(room.f_bavail) * UInt64(room.f_frsize) / 2
    let isEnough = hasRoom && Double(ofNode) <= FileSpace.sizeLimit ?? .infinity
    guard try communicator.allReduce(Int64(isEnough ? 1 : 0), .min) == 1 else { return nil }
    let window = try SharedWindow(node, byteCount: wanted)
    windows.append(window)
    let regions = try (0..<node.size).compactMap { rank in
      // Parts start on page borders in every process, so the step to the next 64-byte border is the same for all.
      try window.part(of: rank).baseAddress?.alignedUp(toMultipleOf: alignment)
    }
    // New memory of the system is zero; who writes a page first has it near.
    try node.barrier()
    return regions
  }

  func sumInAnyOrder(_ values: UnsafeMutablePointer<Float>, count: Int) throws {
    try communicator.allReduce(values, count: count, .sum)
  }

  func waited(seconds: Double) { watchdog.waited(seconds: seconds) }

  /// Ranks that exchange with each other hear of each other by that; of a group the others would hear nothing while it
  /// takes steps.
  func exchangeBegins() { if isGroups { watchdog.relay() } }

  func close() throws {
    guard !isClosed else { return }
    isClosed = true
    for round in rounds { try round.free() }
    rounds = []
    for window in windows.reversed() { try window.free() }
    windows = []
    try communicator.free()
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
  private var isFreed = false

  init(_ requests: RequestArray) {
    self.requests = requests
  }

  func start() throws {
    precondition(!isFreed, "an exchange is started after its cluster was closed")
    try requests.start()
  }
  func test() throws -> Bool { try requests.test() }
  func wait() throws { try requests.wait() }

  func free() throws(MPIError) {
    isFreed = true
    try requests.free()
  }
}
