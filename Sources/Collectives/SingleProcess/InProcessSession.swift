internal import Foundation
internal import Platform

/// What the threads of one ``InProcessCluster`` share: mailboxes, a board for gathers, memory, and the groups made of
/// them.
///
/// One lock guards it all; it may be held while a group's is taken, never the other way round.
final class InProcessSession: @unchecked Sendable {
  /// Where a message lies until it is taken.
  struct Address: Hashable {
    var from: Int
    var to: Int
    var channel: Int
    var round: Int
  }

  /// A group, and its ranks as this session counts them.
  private struct Group {
    let session: InProcessSession
    let members: [Int]
    let split: Int
    let number: Int
  }

  let size: Int
  /// The ranks of each node.
  let nodes: [[Int]]
  /// The whole's number of each rank.
  private let names: [Int]
  private let condition = NSCondition()
  private var mailboxes: [Address: [[UInt8]]] = [:]
  /// Ranks that have left, first to leave first: it is the cause of the others' leaving.
  private var left: [Int] = []
  private var slots: [[UInt8]?]
  private var board: [[UInt8]] = []
  private var generation = 0
  private var shared: [AlignedMemory] = []
  private var channels: [Int]
  /// Those that not all of their ranks have closed.
  private var groups: [Group] = []
  /// Ranks that have closed their cluster.
  private var closedCount = 0

  convenience init(size: Int, ranksPerNode: Int) {
    self.init(
      names: Array(0..<size),
      nodes: stride(from: 0, to: size, by: max(1, ranksPerNode)).map { Array($0..<min(size, $0 + ranksPerNode)) })
  }

  private init(names: [Int], nodes: [[Int]]) {
    size = names.count
    self.names = names
    self.nodes = nodes
    slots = Array(repeating: nil, count: size)
    channels = Array(repeating: 0, count: size)
  }

  /// Marks a rank as gone, here and in its groups, and wakes those who wait for it.
  func leave(_ rank: Int) {
    condition.withLock {
      left.append(rank)
      condition.broadcast()
      for group in groups {
        if let index = group.members.firstIndex(of: rank) { group.session.leave(index) }
      }
    }
  }

  /// The session of a group, which the first of its ranks to ask makes.
  func group(_ layout: GroupLayout, ofSplit split: Int) -> InProcessSession {
    condition.withLock {
      if let found = groups.first(where: { $0.split == split && $0.number == layout.number }) { return found.session }
      let session = InProcessSession(names: layout.members.map { names[$0] }, nodes: layout.nodes)
      groups.append(Group(session: session, members: layout.members, split: split, number: layout.number))
      return session
    }
  }

  /// A rank has closed its cluster, after all have come to that; the last one gives everything back.
  ///
  /// - Parameter parent: the session that this one is a group of.
  func close(within parent: InProcessSession?) {
    let isLast = condition.withLock {
      closedCount += 1
      guard closedCount == size else { return false }
      (mailboxes, board, shared) = ([:], [], [])
      return true
    }
    if isLast { parent?.drop(self) }
  }

  private func drop(_ session: InProcessSession) {
    condition.withLock { groups.removeAll { $0.session === session } }
  }

  /// Groups that are open.
  var groupCount: Int { condition.withLock { groups.count } }

  /// A number for a new transport of a rank: its first is 0 on every rank, and so on.
  func openChannel(rank: Int) -> Int {
    condition.withLock {
      channels[rank] += 1
      return channels[rank] - 1
    }
  }

  /// Puts a message into its mailbox.
  func deliver(_ bytes: UnsafeMutableRawBufferPointer, at address: Address) {
    condition.withLock {
      precondition(closedCount == 0, "an exchange is started after its cluster was closed")
      mailboxes[address, default: []].append(Array(bytes))
      condition.broadcast()
    }
  }

  /// Takes the oldest message at an address; nil when there is none and `isPatient` is false.
  func take(at address: Address, isPatient: Bool) throws -> [UInt8]? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let first = mailboxes[address]?.first {
        mailboxes[address]?.removeFirst()
        return first
      }
      if left.contains(address.from) {
        throw ClusterError.peerLeft(rank: names[address.from], waiting: names[address.to])
      }
      guard isPatient else { return nil }
      condition.wait()
    }
  }

  /// Every rank's bytes, once every rank has brought its own.
  func gatherBytes(_ bytes: [UInt8], rank: Int) throws -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    slots[rank] = bytes
    let full = slots.compactMap { $0 }
    if full.count == size {
      // Nobody can still be reading the board of the last gather: all have come back for this one.
      board = full
      slots = Array(repeating: nil, count: size)
      generation += 1
      condition.broadcast()
      return board
    }
    let mine = generation
    while generation == mine {
      if let gone = left.first { throw ClusterError.peerLeft(rank: names[gone], waiting: names[rank]) }
      condition.wait()
    }
    return board
  }

  /// The first rank of a rank's node.
  func leader(of rank: Int) -> Int { nodes.first { $0.contains(rank) }?.first ?? 0 }

  /// Memory that all ranks of a node see, and no other, of the size that its first rank states; nil when it states
  /// none.
  func share(byteCount: Int?, rank: Int) throws -> UnsafeMutableRawBufferPointer? {
    var own: [Int] = []
    if rank == leader(of: rank), let byteCount {
      let memory = AlignedMemory(byteCount: byteCount)
      condition.withLock { shared.append(memory) }
      own = [Int(bitPattern: memory.base), byteCount]
    }
    let found = try gather(own, rank: rank)[leader(of: rank)]
    guard found.count == 2 else { return nil }
    return UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: found[0]), count: found[1])
  }
}

extension InProcessSession {
  /// Every rank's value, as ``Cluster/gather(_:)``.
  func gather<Value: Portable>(_ value: Value, rank: Int) throws -> [Value] {
    try PortableMessage.open(all: gatherBytes(PortableMessage.seal(value), rank: rank))
  }

  /// Memory of this rank that all others may find; returns everybody's.
  func show(byteCount: Int, rank: Int) throws -> [UnsafeMutableRawPointer] {
    let memory = AlignedMemory(byteCount: byteCount)
    condition.withLock { shared.append(memory) }
    let address = Int(bitPattern: memory.base)
    return try gather(address, rank: rank).map { memory.base + ($0 - address) }
  }
}

/// Messages between threads.
///
/// They are copied, so it allocates: it is for tests.
final class InProcessTransport: Transport {
  let rank: Int
  var size: Int { session.size }
  private let session: InProcessSession
  private let channel: Int
  private var rounds = 0

  init(rank: Int, session: InProcessSession, channel: Int) {
    self.rank = rank
    self.session = session
    self.channel = channel
  }

  func makeRound(receives: [Message], sends: [Message]) -> any Round {
    rounds += 1
    return MailRound(
      rank: rank, session: session, channel: channel, round: rounds, receives: receives, sends: sends)
  }

  var nodes: [[Int]] { session.nodes }

  func sharedMemory(byteCount: Int) throws -> [UnsafeMutableRawPointer]? {
    let all = try session.show(byteCount: byteCount, rank: rank)
    return nodes.first { $0.contains(rank) }?.map { all[$0] }
  }

  func close() {}

  func sumInAnyOrder(_ values: UnsafeMutablePointer<Float>, count: Int) throws {
    let all = try session.gather(Array(UnsafeBufferPointer(start: values, count: count)), rank: rank)
    for (rank, others) in all.enumerated() {
      for index in 0..<count { values[index] = rank == 0 ? others[index] : values[index] + others[index] }
    }
  }

  private final class MailRound: Round {
    private let rank: Int
    private let session: InProcessSession
    private let channel: Int
    private let round: Int
    private let receives: [Message]
    private let sends: [Message]
    private var received = 0

    init(
      rank: Int, session: InProcessSession, channel: Int, round: Int, receives: [Message], sends: [Message]
    ) {
      self.rank = rank
      self.session = session
      self.channel = channel
      self.round = round
      self.receives = receives
      self.sends = sends
    }

    func start() {
      received = 0
      for send in sends {
        session.deliver(send.bytes, at: .init(from: rank, to: send.peer, channel: channel, round: round))
      }
    }

    func test() throws -> Bool { try advance(isPatient: false) }

    func wait() throws { _ = try advance(isPatient: true) }

    private func advance(isPatient: Bool) throws -> Bool {
      while received < receives.count {
        let receive = receives[received]
        let address = InProcessSession.Address(from: receive.peer, to: rank, channel: channel, round: round)
        guard let bytes = try session.take(at: address, isPatient: isPatient) else { return false }
        guard bytes.count == receive.bytes.count else {
          throw ClusterError.messageLength(
            from: receive.peer, to: rank, sent: bytes.count, expected: receive.bytes.count)
        }
        receive.bytes.copyBytes(from: bytes)
        received += 1
      }
      return true
    }
  }
}
