/// The one-round form of ``OrderedAllReduce``: everybody sends everything to all.
final class DirectExchange: GradientExchange {
  private let plan: ReductionPlan
  private let buffers: GradientBuffers
  private let inbox: AlignedMemory
  private let leaves: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  /// Where each rank's trailer arrives.
  private let trailers: [UnsafeMutableRawPointer]
  private let round: any Round
  let traffic: AllReduceCost

  init(plan: ReductionPlan, count: Int, trailer: Int, transport: any Transport) throws {
    let rank = transport.rank
    let peers = OrderedAllReduce.peers(of: rank, ranks: plan.ranks)
    let buffers = GradientBuffers(plan: plan, count: count, trailer: trailer, rank: rank)
    self.plan = plan
    self.buffers = buffers

    let rowBytes = GradientBuffers.stride(of: count) * MemoryLayout<Float>.size
    let letter = (0..<plan.ranks).map { plan.leafCount(of: $0) * rowBytes + trailer }
    inbox = AlignedMemory(byteCount: peers.reduce(0) { $0 + AlignedMemory.rounded(letter[$1]) })
    leaves = .allocate(capacity: plan.firstLeaf[plan.ranks])
    for index in 0..<buffers.rowCount { (leaves + plan.firstLeaf[rank] + index).initialize(to: buffers.row(index)) }
    var trailers = (0..<plan.ranks).map { buffers.trailer(of: $0) }
    var receives: [Message] = []
    var next = inbox.base
    for peer in peers {
      let rows = plan.leafCount(of: peer)
      for index in 0..<rows {
        (leaves + plan.firstLeaf[peer] + index)
          .initialize(to: (next + index * rowBytes).assumingMemoryBound(to: Float.self))
      }
      trailers[peer] = next + rows * rowBytes
      if letter[peer] > 0 {
        receives.append(Message(peer: peer, bytes: .init(start: next, count: letter[peer])))
      }
      next += AlignedMemory.rounded(letter[peer])
    }
    self.trailers = trailers
    let sends = letter[rank] == 0 ? [] : peers.map { Message(peer: $0, bytes: buffers.rowsAndTrailer) }
    round = try transport.makeRound(receives: receives, sends: sends)
    traffic = AllReduceCost(steps: peers.isEmpty ? 0 : 1, bytes: sends.reduce(0) { $0 + $1.bytes.count })
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
    trailers[rank]
  }

  func allReduce(shardsInUse: Int) throws {
    try round.run()
    TreeSum.run(
      plan.steps, present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: leaves, count: count, into: sum)
  }
}
