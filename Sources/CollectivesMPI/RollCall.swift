internal import Collectives
internal import MPI
internal import Platform

/// The watchdog: ranks that wait for long call the roll, and who neither waits nor works is named and the run ended.
///
/// The ranks of a node see each other's marks. A rank that has waited for a quarter of the limit tells all others,
/// again and again, what it sees of its node, and a rank that works for long outside of steps, or in steps of a group,
/// does the same while it makes progress; so a rank is silent when it is stopped, stuck, or on a host that is gone, not
/// when it has much to do. MPI is called by the waiting or working thread itself, so no thread is added and nobody pays
/// who does not wait. A rank inside one of MPI's blocking calls cannot look: all ranks meet before each, and only the
/// allreduce kind `mpi`, which is there for comparison, spends time in one again and again.
final class RollCall: WaitObserver {
  private static let tag: Int32 = 1

  private let communicator: Communicator
  private let hosts: [String]
  /// Of the ranks of this node.
  private let marks: [PhaseMark]
  private let own: PhaseMark
  private let limit: Double
  /// Seconds between two messages of a rank, and between two looks at marks.
  private let interval: Double
  private let spansNodes: Bool
  private var signs: RankSigns
  /// A message for each rank.
  private let sent: UnsafeMutableBufferPointer<Int64>
  private let messageLength: Int
  private let received: UnsafeMutableBufferPointer<Int64>
  private var sends: [RequestArray?]
  private var isUnderWay: [Bool]
  private var lastCall = 0.0
  /// How long the wait had lasted then.
  private var lastSeconds = 0.0
  private var nextLook = 0.0
  private var nextRelay = 0.0
  /// Since when somebody is known to be silent.
  private var silentSince: Double?

  /// - Parameters:
  ///   - communicator: its own, of all ranks.
  ///   - hosts: of each rank.
  ///   - marks: what the ranks of this node are doing, in their order.
  ///   - ranksOfNode: the world's rank of each of them.
  ///   - limit: seconds of silence.
  init(
    _ communicator: Communicator, hosts: [String], marks: [PhaseMark], ranksOfNode: [Int], limit: Double
  ) throws(MPIError) {
    self.communicator = communicator
    self.hosts = hosts
    self.marks = marks
    self.limit = limit
    let size = communicator.size
    own = ranksOfNode.firstIndex(of: communicator.rank).map { marks[$0] } ?? PhaseMark()
    interval = max(0.05, limit / 10)
    spansNodes = ranksOfNode.count < size
    signs = RankSigns(size: size, marks: marks, ranksOfNode: ranksOfNode, now: wallTime())
    messageLength = RankSigns.recordLength * ranksOfNode.count
    sent = .allocate(capacity: messageLength * size)
    received = .allocate(capacity: RankSigns.recordLength * size)
    sent.initialize(repeating: -1)
    received.initialize(repeating: -1)
    isUnderWay = [Bool](repeating: false, count: size)
    sends = []
    for peer in 0..<size {
      // Neighbours need no messages.
      guard !ranksOfNode.contains(peer) else {
        sends.append(nil)
        continue
      }
      let send = RequestArray(communicator, capacity: 1)
      try send.addSend(UnsafeRawBufferPointer(message(to: peer)), to: peer, tag: Self.tag)
      sends.append(send)
    }
  }

  deinit {
    sent.deallocate()
    received.deallocate()
  }

  func waited(seconds: Double) {
    let now = wallTime()
    // Silence counts from the begin of a wait; and a rank that was itself stopped, and goes on, cannot tell who else
    // was.
    if seconds < lastSeconds || now - lastCall > limit / 4 {
      signs.startAnew(now: now)
      silentSince = nil
    }
    (lastCall, lastSeconds) = (now, seconds)
    guard now >= nextLook else { return }
    nextLook = now + interval
    own.noteWaiting()
    signs.look(now: now)
    orAbort {
      () throws(MPIError) in
      try listen(now)
      if seconds > limit / 4 { try tell(now) }
    }
    guard seconds > limit else { return }
    let fresh = max(limit / 3, 3 * interval)
    let verdict = signs.verdict(own: communicator.rank, limit: limit, fresh: fresh, now: now)
    guard verdict != .none else {
      silentSince = nil
      return
    }
    let since = silentSince ?? now
    silentSince = since
    // The first of those who wait speaks; the others only if it fails to.
    let speaker = hosts.indices.first { $0 == communicator.rank || signs.isWaiting($0, fresh: fresh, now: now) }
    guard speaker == communicator.rank || now - since > limit / 4 + 2 else { return }
    // mpirun needs a second or two to end all, and wakes those that were stopped: they have nothing to add.
    if !marks.contains(where: \.isEnding) {
      own.noteEnding()
      StandardError.write("ptrain: " + sentence(verdict))
    }
    try? communicator.abort(exitCode: 69)
  }

  /// Tells the other nodes what this rank sees of its own, from time to time; called by a rank that does not wait, and
  /// which takes in what others have told it, so that this does not pile up.
  ///
  /// - Parameter isNews: tells it now.
  func relay(isNews: Bool = false) {
    guard spansNodes else { return }
    let now = wallTime()
    guard isNews || now >= nextRelay else { return }
    nextRelay = now + interval
    signs.look(now: now)
    orAbort { () throws(MPIError) in
      try listen(now)
      try tell(now)
    }
  }

  /// Without MPI nobody can be told of an error.
  private func orAbort(_ body: () throws(MPIError) -> Void) {
    do throws(MPIError) { try body() } catch {
      StandardError.write("ptrain: rank \(communicator.rank): MPI failed while waiting for other ranks: \(error)")
      try? communicator.abort(exitCode: 69)
    }
  }

  /// Takes what has arrived.
  private func listen(_ now: Double) throws(MPIError) {
    for (peer, send) in sends.enumerated() where send != nil {
      while try communicator.hasMessage(from: peer, tag: Self.tag) {
        for index in received.indices { received[index] = -1 }
        try communicator.receive(received, from: peer, tag: Self.tag)
        signs.read(received, now: now)
      }
    }
  }

  /// Tells all other nodes' ranks what this rank knows of its node's.
  private func tell(_ now: Double) throws(MPIError) {
    for (peer, send) in sends.enumerated() {
      guard let send else { continue }
      if isUnderWay[peer] { isUnderWay[peer] = try !send.test() }
      guard !isUnderWay[peer] else { continue }
      signs.write(into: message(to: peer), now: now)
      try send.start()
      isUnderWay[peer] = true
    }
  }

  private func message(to peer: Int) -> UnsafeMutableBufferPointer<Int64> {
    UnsafeMutableBufferPointer(rebasing: sent[peer * messageLength..<(peer + 1) * messageLength])
  }

  private func sentence(_ verdict: RankSigns.Verdict) -> String {
    let time = limit == limit.rounded() ? "\(Int(limit)) s" : "\(limit) s"
    guard case .silent(let silent) = verdict, let first = silent.first else {
      return
        "all ranks have waited for each other for \(time): an error of ptrain or of MPI; start again, the run goes "
        + "on from its last checkpoint"
    }
    let what = PhaseMark.read(signs.words[first]).map { phase, step in
      (phase.hasStep ? " at step \(step), while " : " while ") + phase.words
    }
    let more = silent.count == 1 ? "" : " (and \(silent.count - 1) more)"
    return
      "rank \(first) on \(hosts[first])\(more) has been silent for \(time)\(what ?? ""), and the others wait for it; look "
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
