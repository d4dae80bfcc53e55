/// Recursive halving and doubling (Thakur, Rabenseifner and Gropp 2005) in the order of the reduction tree.
///
/// For a power of two of ranks, which own the tree's own subtrees: in round `l` a rank exchanges halves of its slice with the rank
/// `2^l` away and adds, the lower rank's part on the left, so that after round `l` blocks of `2^(l+1)` ranks hold their node of the
/// tree, cut in slices. Then the way back doubles the slices. For other numbers of ranks it is ``OrderedAllReduce``.
///
/// Cost sheet, p = 2^k: communication steps: 2k and 1 for the trailers; bytes sent per rank: 2(p-1)/p · 4n, the lower bound, but
/// for the rounding of slices to 16 floats, and (p-1) · trailer. Fewer, longer messages than `ordered` has, in more steps.
package enum RecursiveAllReduce: AllReduceAlgorithm {
  package static let kind = "recursive"
  package static let isInvariant = true

  package static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange {
    guard plan.ranks.nonzeroBitCount == 1, plan.ranks > 1 else {
      return try OrderedAllReduce.makeExchange(plan: plan, count: count, trailer: trailer, over: transport)
    }
    return try RecursiveExchange(plan: plan, count: count, trailer: trailer, transport: transport)
  }

  package static func cost(plan: ReductionPlan, count: Int, trailer: Int, rank: Int) -> AllReduceCost {
    guard plan.ranks.nonzeroBitCount == 1, plan.ranks > 1 else {
      return OrderedAllReduce.cost(plan: plan, count: count, trailer: trailer, rank: rank)
    }
    let slices = slices(of: rank, count: count, ranks: plan.ranks)
    let last = slices.last?.count ?? 0
    // Halving sends all but the last slice; doubling sends every slice but the whole.
    let floats = (count - last) + slices.dropFirst().reduce(0) { $0 + $1.count }
    return AllReduceCost(
      steps: 2 * plan.ranks.trailingZeroBitCount + (trailer > 0 ? 1 : 0),
      bytes: 4 * floats + (plan.ranks - 1) * trailer)
  }

  /// The slice that a rank works on before each round, and the one it ends with.
  static func slices(of rank: Int, count: Int, ranks: Int) -> [Range<Int>] {
    var slices = [0..<count]
    var slice = 0..<count
    for level in 0..<ranks.trailingZeroBitCount {
      let (low, high) = halves(slice)
      slice = rank >> level & 1 == 0 ? low : high
      slices.append(slice)
    }
    return slices
  }

  /// A slice cut in two on a cache line.
  static func halves(_ slice: Range<Int>) -> (low: Range<Int>, high: Range<Int>) {
    let middle = min(slice.upperBound, slice.lowerBound + (slice.count + 31) / 32 * 16)
    return (slice.lowerBound..<middle, middle..<slice.upperBound)
  }
}

private final class RecursiveExchange: GradientExchange {
  /// One exchange of halves.
  private struct Halving {
    var round: any Round
    var kept: Range<Int>
    /// This rank's part is the left one.
    var isLeft: Bool
    /// The first shards of this rank's block and of its partner's.
    var ownFirst: Int
    var otherFirst: Int
  }

  private let plan: ReductionPlan
  private let buffers: GradientBuffers
  private let inbox: AlignedMemory
  private let trailers: any Round
  private var halvings: [Halving] = []
  private var doublings: [any Round] = []
  let traffic: AllReduceCost

  init(plan: ReductionPlan, count: Int, trailer: Int, transport: any Transport) throws {
    let rank = transport.rank, size = MemoryLayout<Float>.size
    let buffers = GradientBuffers(plan: plan, count: count, trailer: trailer, rank: rank)
    self.plan = plan
    self.buffers = buffers
    let slices = RecursiveAllReduce.slices(of: rank, count: count, ranks: plan.ranks)
    inbox = AlignedMemory(byteCount: (count / 2 + 32) * size)
    let inboxBase = inbox.base
    func message(_ peer: Int, _ base: UnsafeMutableRawPointer, _ slice: Range<Int>) -> [Message] {
      slice.isEmpty ? [] : [Message(peer: peer, bytes: .init(start: base, count: slice.count * size))]
    }
    func place(_ slice: Range<Int>) -> UnsafeMutableRawPointer {
      UnsafeMutableRawPointer(buffers.row(0) + slice.lowerBound)
    }
    var bytes = 0
    for level in 0..<slices.count - 1 {
      let block = 1 << level, partner = rank ^ block
      let (low, high) = RecursiveAllReduce.halves(slices[level])
      let kept = slices[level + 1], sent = rank & block == 0 ? high : low
      halvings.append(
        Halving(
          round: try transport.makeRound(
            receives: message(partner, inboxBase, kept), sends: message(partner, place(sent), sent)),
          kept: kept, isLeft: rank < partner, ownFirst: Self.firstShard(plan, rank & ~(block - 1)),
          otherFirst: Self.firstShard(plan, partner & ~(block - 1))))
      bytes += sent.count * size
    }
    for level in (0..<slices.count - 1).reversed() {
      let partner = rank ^ (1 << level)
      let (low, high) = RecursiveAllReduce.halves(slices[level])
      let own = slices[level + 1], other = rank & (1 << level) == 0 ? high : low
      doublings.append(
        try transport.makeRound(
          receives: message(partner, place(other), other), sends: message(partner, place(own), own)))
      bytes += own.count * size
    }
    let peers = trailer == 0 ? [] : OrderedAllReduce.peers(of: rank, ranks: plan.ranks)
    trailers = try transport.makeRound(
      receives: peers.map { Message(peer: $0, bytes: .init(start: buffers.trailer(of: $0), count: trailer)) },
      sends: peers.map { Message(peer: $0, bytes: .init(start: buffers.trailer(of: rank), count: trailer)) })
    traffic = AllReduceCost(
      steps: halvings.count + doublings.count + (peers.isEmpty ? 0 : 1), bytes: bytes + peers.count * trailer)
  }

  /// The first shard of a block of ranks, by its first rank; beyond all shards where it owns none.
  private static func firstShard(_ plan: ReductionPlan, _ rank: Int) -> Int {
    plan.shards(of: rank).isEmpty ? plan.shards : plan.shards(of: rank).lowerBound
  }

  var count: Int { buffers.count }
  var sum: UnsafeMutablePointer<Float> { buffers.row(0) }

  func partial(_ index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index < buffers.rowCount, "no such partial sum")
    return buffers.row(index)
  }

  func trailer(of rank: Int) -> UnsafeMutableRawPointer { buffers.trailer(of: rank) }

  func allReduce(shardsInUse: Int) throws {
    try trailers.start()
    for halving in halvings {
      try halving.round.run()
      add(halving, shardsInUse: shardsInUse)
    }
    for round in doublings { try round.run() }
    try trailers.wait()
    if shardsInUse == 0 { sum.update(repeating: 0, count: count) }
  }

  /// Left plus right; a side without samples is absent.
  private func add(_ halving: Halving, shardsInUse: Int) {
    let own = sum + halving.kept.lowerBound, length = halving.kept.count
    let other = UnsafePointer(inbox.base.assumingMemoryBound(to: Float.self))
    guard halving.otherFirst < shardsInUse else { return }
    guard halving.ownFirst < shardsInUse else { return own.update(from: other, count: length) }
    if halving.isLeft {
      for index in 0..<length { own[index] += other[index] }
    } else {
      for index in 0..<length { own[index] = other[index] + own[index] }
    }
  }
}
