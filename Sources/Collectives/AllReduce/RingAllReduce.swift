/// The ring of Patarasuk and Yuan (2009), for comparison: every rank talks to its neighbours only.
///
/// Each rank first adds its own partial sums from left to right. Then, in `p - 1` rounds, slices travel around the ring and every
/// rank adds its own to what arrives; in `p - 1` more the finished slices travel on to all. The additions of a slice begin at
/// another rank for each slice, so the bits depend on the number of ranks.
///
/// Cost sheet: communication steps: 2(p-1) and 1 for the trailers; bytes sent per rank: 2(p-1)/p · 4n, the lower bound, but for
/// the rounding of slices to 16 floats, and (p-1) · trailer.
package enum RingAllReduce: AllReduceAlgorithm {
  package static let kind = "ring"
  package static let isInvariant = false

  package static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange {
    try RingExchange(plan: plan, count: count, trailer: trailer, transport: transport)
  }

  package static func cost(plan: ReductionPlan, count: Int, trailer: Int, rank: Int) -> AllReduceCost {
    let ranks = plan.ranks
    guard ranks > 1 else { return AllReduceCost(steps: 0, bytes: 0) }
    // In the first half a rank sends all slices but the next one's, in the second all but the one after that.
    func length(_ slice: Int) -> Int {
      4 * OrderedAllReduce.slice(of: (slice + ranks) % ranks, count: count, ranks: ranks).count
    }
    let bytes = 2 * 4 * count - length(rank + 1) - length(rank + 2)
    return AllReduceCost(steps: 2 * (ranks - 1) + (trailer > 0 ? 1 : 0), bytes: bytes + (ranks - 1) * trailer)
  }
}

private final class RingExchange: GradientExchange {
  private let plan: ReductionPlan
  private let buffers: GradientBuffers
  private let rank: Int
  private let rows: [UnsafeMutablePointer<Float>]
  private let steps: [ReductionPlan.Step]
  private let inbox: AlignedMemory
  private let trailers: any Round
  /// The rounds of the first half, and the slice that each of them brings.
  private var gathering: [(round: any Round, slice: Range<Int>)] = []
  private var spreading: [any Round] = []
  let traffic: AllReduceCost

  init(plan: ReductionPlan, count: Int, trailer: Int, transport: any Transport) throws {
    let rank = transport.rank, ranks = plan.ranks
    let buffers = GradientBuffers(plan: plan, count: count, trailer: trailer, rank: rank)
    let slices = (0..<ranks).map { OrderedAllReduce.slice(of: $0, count: count, ranks: ranks) }
    self.plan = plan
    self.buffers = buffers
    self.rank = rank
    rows = (0..<buffers.rowCount).map { buffers.row($0) }
    steps = (1..<max(buffers.rowCount, 1)).map { ReductionPlan.Step(left: 0, right: $0) }
    let size = MemoryLayout<Float>.size
    inbox = AlignedMemory(byteCount: slices.reduce(0) { max($0, $1.count) } * size)
    let inboxBase = inbox.base
    let next = (rank + 1) % ranks, before = (rank + ranks - 1) % ranks
    func slice(_ index: Int) -> Range<Int> { slices[((index % ranks) + ranks) % ranks] }
    func messages(_ peer: Int, _ base: UnsafeMutableRawPointer, _ slice: Range<Int>) -> [Message] {
      slice.isEmpty ? [] : [Message(peer: peer, bytes: .init(start: base, count: slice.count * size))]
    }
    func place(_ slice: Range<Int>) -> UnsafeMutableRawPointer {
      UnsafeMutableRawPointer(buffers.row(0) + slice.lowerBound)
    }
    var bytes = 0
    for step in 0..<max(0, ranks - 1) {
      let outgoing = slice(rank - step), incoming = slice(rank - step - 1)
      let round = try transport.makeRound(
        receives: messages(before, inboxBase, incoming), sends: messages(next, place(outgoing), outgoing))
      gathering.append((round, incoming))
      bytes += outgoing.count * size
    }
    for step in 0..<max(0, ranks - 1) {
      let outgoing = slice(rank + 1 - step), incoming = slice(rank - step)
      spreading.append(
        try transport.makeRound(
          receives: messages(before, place(incoming), incoming), sends: messages(next, place(outgoing), outgoing)))
      bytes += outgoing.count * size
    }
    let peers = trailer == 0 ? [] : OrderedAllReduce.peers(of: rank, ranks: ranks)
    trailers = try transport.makeRound(
      receives: peers.map { Message(peer: $0, bytes: .init(start: buffers.trailer(of: $0), count: trailer)) },
      sends: peers.map { Message(peer: $0, bytes: .init(start: buffers.trailer(of: rank), count: trailer)) })
    traffic = AllReduceCost(
      steps: 2 * (ranks - 1) + (peers.isEmpty ? 0 : 1), bytes: bytes + peers.count * trailer)
  }

  var count: Int { buffers.count }
  var sum: UnsafeMutablePointer<Float> { buffers.row(0) }

  func partial(_ index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index < buffers.rowCount, "no such partial sum")
    return buffers.row(index)
  }

  func trailer(of rank: Int) -> UnsafeMutableRawPointer { buffers.trailer(of: rank) }

  func allReduce(shardsInUse: Int) throws {
    let present = min(
      max(plan.presentLeaves(shardsInUse: shardsInUse) - plan.firstLeaf[rank], 0), buffers.rowCount)
    if present > 0 {
      rows.withUnsafeBufferPointer { rows in
        guard let leaves = rows.baseAddress else { return }
        TreeSum.run(steps, present: present, leaves: leaves, count: count, into: sum)
      }
    } else {
      // Nothing to add: -0 changes no sum.
      sum.update(repeating: shardsInUse == 0 ? 0 : -0.0, count: count)
    }
    try trailers.start()
    let arrived = UnsafePointer(inbox.base.assumingMemoryBound(to: Float.self))
    for (round, slice) in gathering {
      try round.run()
      let own = sum + slice.lowerBound
      for index in 0..<slice.count { own[index] += arrived[index] }
    }
    for round in spreading { try round.run() }
    try trailers.wait()
  }
}
