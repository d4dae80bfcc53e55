internal import Collectives
internal import MPI

/// The watchdog: ranks that wait for very long call the roll, and who does not answer is named and the run ended.
///
/// A rank that has waited for half of the limit tells all others so, again and again, with what the ranks of its node are doing;
/// at the limit the ranks that have not been heard of are the silent ones: stopped, stuck, or on a host that is gone. MPI is called
/// by the waiting thread itself, between two looks at what it waits for, so no thread is added and nobody pays who does not wait.
/// A rank inside `MPI_Allreduce` (allreduce kind `mpi`) cannot take part.
final class RollCall: WaitObserver {
  private static let tag: Int32 = 1

  private let communicator: Communicator
  private let hosts: [String]
  private let marks: [PhaseMark]
  /// The world's rank of each rank of this node.
  private let ranksOfNode: [Int]
  private let limit: Double
  /// Seconds between two messages of a rank that waits.
  private let interval: Double
  private var own: UnsafeMutableBufferPointer<Int64>
  private let received: UnsafeMutableBufferPointer<Int64>
  private var sends: [RequestArray?]
  private var isUnderWay: [Bool]
  /// When each rank was last heard of.
  private var heard: [Double]
  /// The last words about each rank, by itself or by a neighbour.
  private var words: [UInt64]
  private var next = 0.0

  /// - Parameters:
  ///   - communicator: its own, of all ranks.
  ///   - hosts: of each rank.
  ///   - marks: what the ranks of this node are doing, in their order.
  ///   - limit: seconds of silence.
  init(
    _ communicator: Communicator, hosts: [String], marks: [PhaseMark], ranksOfNode: [Int], limit: Double
  ) throws(MPIError) {
    self.communicator = communicator
    self.hosts = hosts
    self.marks = marks
    self.ranksOfNode = ranksOfNode
    self.limit = limit
    interval = max(0.05, limit / 10)
    let size = communicator.size
    own = .allocate(capacity: 2 * ranksOfNode.count)
    received = .allocate(capacity: 2 * size)
    own.initialize(repeating: 0)
    received.initialize(repeating: 0)
    sends = []
    for peer in 0..<size {
      guard peer != communicator.rank else {
        sends.append(nil)
        continue
      }
      let send = RequestArray(communicator, capacity: 1)
      try send.addSend(UnsafeRawBufferPointer(own), to: peer, tag: Self.tag)
      sends.append(send)
    }
    isUnderWay = [Bool](repeating: false, count: size)
    heard = [Double](repeating: -.infinity, count: size)
    words = [UInt64](repeating: 0, count: size)
  }

  deinit {
    own.deallocate()
    received.deallocate()
  }

  func waited(seconds: Double) {
    guard seconds > limit / 2 else { return }
    let now = wallTime()
    guard now >= next else { return }
    next = now + interval
    do {
      try listen(now)
      try answer()
      guard seconds > limit else { return }
      let silent = heard.indices.filter { $0 != communicator.rank && heard[$0] < now - max(limit / 3, 3 * interval) }
      // The first of those who have answered since speaks; the others only if it fails to.
      let speaker = heard.indices.first { $0 == communicator.rank || heard[$0] > now - seconds }
      guard speaker == communicator.rank || seconds > limit * 1.25 + 2 else { return }
      writeToStandardError("ptrain: " + sentence(silent))
      try communicator.abort(exitCode: 69)
    } catch {
      writeToStandardError("ptrain: rank \(communicator.rank): MPI failed while waiting for other ranks: \(error)")
      try? communicator.abort(exitCode: 69)
    }
  }

  /// Takes what has arrived.
  private func listen(_ now: Double) throws(MPIError) {
    for peer in heard.indices where peer != communicator.rank {
      while try communicator.hasMessage(from: peer, tag: Self.tag) {
        for index in received.indices { received[index] = -1 }
        try communicator.receive(received, from: peer, tag: Self.tag)
        heard[peer] = now
        for pair in stride(from: 0, to: received.count - 1, by: 2) where received[pair] >= 0 {
          let rank = Int(received[pair])
          if rank < words.count { words[rank] = UInt64(bitPattern: received[pair + 1]) }
        }
      }
    }
  }

  /// Tells all others that this rank waits, and what its node's ranks are doing.
  private func answer() throws(MPIError) {
    for (peer, send) in sends.enumerated() {
      guard let send, isUnderWay[peer] else { continue }
      isUnderWay[peer] = try !send.test()
    }
    // One buffer serves all messages: it is written only while none of them is under way.
    if !isUnderWay.contains(true) {
      for (index, mark) in marks.enumerated() {
        own[2 * index] = Int64(ranksOfNode[index])
        own[2 * index + 1] = Int64(bitPattern: mark.word)
        words[ranksOfNode[index]] = mark.word
      }
    }
    for (peer, send) in sends.enumerated() {
      guard let send, !isUnderWay[peer] else { continue }
      try send.start()
      isUnderWay[peer] = true
    }
  }

  private func sentence(_ silent: [Int]) -> String {
    let time = limit == limit.rounded() ? "\(Int(limit)) s" : "\(limit) s"
    guard let first = silent.first else {
      return
        "all ranks have waited for each other for \(time): an error of ptrain or of MPI; start again, the run goes "
        + "on from its last checkpoint"
    }
    let what = PhaseMark.read(words[first]).map { " at step \($0.step), while \($0.phase.words)" } ?? ""
    let more = silent.count == 1 ? "" : " (and \(silent.count - 1) more)"
    return
      "rank \(first) on \(hosts[first])\(more) has been silent for \(time)\(what), and the others wait for it; look "
      + "at that machine, then start again: the run goes on from its last checkpoint"
  }

  /// Takes late messages, so that none is left when MPI ends; collective.
  func close() throws(MPIError) {
    try communicator.barrier()
    try listen(0)
    for (peer, send) in sends.enumerated() {
      guard let send else { continue }
      if isUnderWay[peer] { try send.wait() }
    }
    try communicator.barrier()
    try listen(0)
    for case let send? in sends { try send.free() }
    try communicator.free()
  }
}
