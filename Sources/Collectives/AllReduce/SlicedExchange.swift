/// The two-round form of ``OrderedAllReduce``: reduce-scatter by slices, then allgather.
final class SlicedExchange: GradientExchange {
  private let plan: ReductionPlan
  private let buffers: GradientBuffers
  /// This rank's slice.
  private let slice: Range<Int>
  /// The others' partial sums of this rank's slice.
  private let inbox: AlignedMemory
  /// This rank's slice of every leaf of the tree.
  private let leaves: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let scatter: any Round
  private let collect: any Round
  let traffic: AllReduceCost

  init(plan: ReductionPlan, count: Int, trailer: Int, transport: any Transport) throws {
    let rank = transport.rank
    let peers = OrderedAllReduce.peers(of: rank, ranks: plan.ranks)
    let slices = (0..<plan.ranks).map { OrderedAllReduce.slice(of: $0, count: count, ranks: plan.ranks) }
    let buffers = GradientBuffers(plan: plan, count: count, trailer: trailer, rank: rank)
    let slice = slices[rank]
    self.plan = plan
    self.buffers = buffers
    self.slice = slice

    let rowBytes = GradientBuffers.stride(of: slice.count) * MemoryLayout<Float>.size
    let leafCount = plan.firstLeaf[plan.ranks]
    inbox = AlignedMemory(byteCount: (leafCount - buffers.rowCount) * rowBytes)
    leaves = .allocate(capacity: leafCount)
    for index in 0..<buffers.rowCount {
      (leaves + plan.firstLeaf[rank] + index).initialize(to: buffers.row(index) + slice.lowerBound)
    }

    /// A message of some floats; empty ones do not travel.
    func message(_ peer: Int, _ first: UnsafeMutablePointer<Float>, _ count: Int) -> [Message] {
      let bytes = UnsafeMutableRawBufferPointer(start: first, count: count * MemoryLayout<Float>.size)
      return count == 0 ? [] : [Message(peer: peer, bytes: bytes)]
    }
    func trailerMessage(_ peer: Int, of rank: Int) -> [Message] {
      let bytes = UnsafeMutableRawBufferPointer(start: buffers.trailer(of: rank), count: trailer)
      return trailer == 0 ? [] : [Message(peer: peer, bytes: bytes)]
    }
    var scattered: (receives: [Message], sends: [Message]) = ([], [])
    var collected: (receives: [Message], sends: [Message]) = ([], [])
    var next = inbox.base
    for peer in peers {
      scattered.receives += trailerMessage(peer, of: peer)
      scattered.sends += trailerMessage(peer, of: rank)
      for leaf in plan.firstLeaf[peer]..<plan.firstLeaf[peer + 1] {
        let row = next.assumingMemoryBound(to: Float.self)
        (leaves + leaf).initialize(to: row)
        scattered.receives += message(peer, row, slice.count)
        next += rowBytes
      }
      for index in 0..<buffers.rowCount {
        scattered.sends += message(peer, buffers.row(index) + slices[peer].lowerBound, slices[peer].count)
      }
      collected.receives += message(peer, buffers.row(0) + slices[peer].lowerBound, slices[peer].count)
      collected.sends += message(peer, buffers.row(0) + slice.lowerBound, slice.count)
    }
    scatter = try transport.makeRound(receives: scattered.receives, sends: scattered.sends)
    collect = try transport.makeRound(receives: collected.receives, sends: collected.sends)
    let bytes = (scattered.sends + collected.sends).reduce(0) { $0 + $1.bytes.count }
    traffic = AllReduceCost(steps: peers.isEmpty ? 0 : 2, bytes: bytes)
  }

  deinit {
    leaves.deallocate()
  }

  var count: Int { buffers.count }
  var sum: UnsafeMutablePointer<Float> { buffers.row(0) }

  func partial(_ index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index < buffers.rowCount, "no such partial sum")
    return buffers.row(index)
  }

  func trailer(of rank: Int) -> UnsafeMutableRawPointer {
    buffers.trailer(of: rank)
  }

  func allReduce(shardsInUse: Int) throws {
    try scatter.run()
    // Row 0 may be overwritten here and in the second round: its slices have all been sent.
    TreeSum.run(
      plan.steps, present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: leaves, count: slice.count,
      into: buffers.row(0) + slice.lowerBound)
    try collect.run()
  }
}
