/// The transport's own allreduce (`MPI_Allreduce`), for comparison: fast, but it rounds at the borders between ranks, so the
/// bits depend on the number of ranks and on the library.
///
/// Each rank first adds its own partial sums from left to right; a rank without samples contributes -0, which changes no sum.
///
/// Cost sheet: communication steps: 1 for the trailers and what the library takes (counted as 1); bytes sent per rank:
/// (p-1) · trailer and what the library sends, at least 2(p-1)/p · 4n (not counted).
package enum LibraryAllReduce: AllReduceAlgorithm {
  package static let kind = "mpi"
  package static let isInvariant = false

  package static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange {
    try LibraryExchange(plan: plan, count: count, trailer: trailer, transport: transport)
  }

  package static func cost(plan: ReductionPlan, count: Int, trailer: Int, rank: Int) -> AllReduceCost {
    guard plan.ranks > 1 else { return AllReduceCost(steps: 0, bytes: 0) }
    return AllReduceCost(steps: trailer > 0 ? 2 : 1, bytes: (plan.ranks - 1) * trailer)
  }
}

private final class LibraryExchange: GradientExchange {
  private let plan: ReductionPlan
  private let buffers: GradientBuffers
  private let transport: any Transport
  private let rows: [UnsafeMutablePointer<Float>]
  /// The part of the tree's program inside this rank, with rows instead of leaves.
  private let steps: [ReductionPlan.Step]
  private let trailerRound: any Round
  let traffic: AllReduceCost

  init(plan: ReductionPlan, count: Int, trailer: Int, transport: any Transport) throws {
    let rank = transport.rank
    let buffers = GradientBuffers(plan: plan, count: count, trailer: trailer, rank: rank)
    self.plan = plan
    self.buffers = buffers
    self.transport = transport
    rows = (0..<buffers.rowCount).map { buffers.row($0) }
    // The tree joins rows of one rank only through other ranks' shards: here one order is as good as another.
    steps = (1..<max(buffers.rowCount, 1)).map { ReductionPlan.Step(left: 0, right: $0) }
    let peers = trailer == 0 ? [] : OrderedAllReduce.peers(of: rank, ranks: plan.ranks)
    let messages = { (source: Int?) in
      peers.map {
        Message(peer: $0, bytes: .init(start: buffers.trailer(of: source ?? $0), count: trailer))
      }
    }
    trailerRound = try transport.makeRound(receives: messages(nil), sends: messages(rank))
    let steps = plan.ranks == 1 ? 0 : peers.isEmpty ? 1 : 2
    traffic = AllReduceCost(steps: steps, bytes: peers.count * trailer)
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
    let first = plan.firstLeaf[transport.rank]
    let present = min(max(plan.presentLeaves(shardsInUse: shardsInUse) - first, 0), buffers.rowCount)
    if present > 0 {
      rows.withUnsafeBufferPointer { rows in
        guard let leaves = rows.baseAddress else { return }
        TreeSum.run(steps, present: present, leaves: leaves, count: count, into: sum)
      }
    } else {
      sum.update(repeating: shardsInUse == 0 ? 0 : -0.0, count: count)
    }
    try trailerRound.start()
    try transport.sumInAnyOrder(sum, count: count)
    try trailerRound.wait()
  }
}
