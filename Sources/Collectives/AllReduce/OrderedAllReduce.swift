/// Adds up in the order of the reduction tree: the same bits for any number of ranks.
///
/// Sliced, the normal way, for `p` ranks, `n` floats and `L` partial sums per rank (1 for a power of two), in two rounds:
/// 1. each rank sends every other rank, the owner of one slice of the gradient, that slice of each of its partial sums, and
///    its trailer; the owner adds the slices in tree order;
/// 2. each owner sends its summed slice to all.
///
/// Direct, when all ranks' partial sums together are small and latency is all that counts, in one round: each rank sends all
/// its partial sums and its trailer, in one message, to all; every rank adds everything in tree order. Same bits.
///
/// Cost sheet | communication steps | bytes sent per rank (t: trailer, n padded to 16 floats in `direct`)
/// -----------|---------------------|---------------------
/// sliced     | 2                   | 4·L·(n - slice) + 4·(p-1)·slice + (p-1)·t; for L = 1 about 2(p-1)/p · 4n, the lower bound
/// direct     | 1                   | (p-1) · (4·L·n + t)
///
/// Slice borders are multiples of 16 floats, a cache line, so that no two owners share one.
package enum OrderedAllReduce: AllReduceAlgorithm {
  package static let kind = "ordered"
  package static let isInvariant = true

  /// The direct way is taken when all partial sums of all ranks have at most this many bytes.
  package static let directLimit = 64 << 10

  package static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport
  ) throws -> any GradientExchange {
    try makeExchange(plan: plan, count: count, trailer: trailer, over: transport, directLimit: directLimit)
  }

  /// As above with another limit, the same on all ranks; 0 forces the sliced way.
  package static func makeExchange(
    plan: ReductionPlan, count: Int, trailer: Int, over transport: any Transport, directLimit: Int
  ) throws -> any GradientExchange {
    if isDirect(plan: plan, count: count, limit: directLimit) {
      return try DirectExchange(plan: plan, count: count, trailer: trailer, transport: transport)
    }
    return try SlicedExchange(plan: plan, count: count, trailer: trailer, transport: transport)
  }

  package static func cost(plan: ReductionPlan, count: Int, trailer: Int, rank: Int) -> AllReduceCost {
    cost(plan: plan, count: count, trailer: trailer, rank: rank, directLimit: directLimit)
  }

  /// As above with another limit for the direct way.
  package static func cost(
    plan: ReductionPlan, count: Int, trailer: Int, rank: Int, directLimit: Int
  ) -> AllReduceCost {
    let others = plan.ranks - 1
    guard others > 0 else { return AllReduceCost(steps: 0, bytes: 0) }
    let partials = plan.leafCount(of: rank)
    if isDirect(plan: plan, count: count, limit: directLimit) {
      let padded = (count + 15) / 16 * 16
      return AllReduceCost(steps: 1, bytes: others * (4 * partials * padded + trailer))
    }
    let own = slice(of: rank, count: count, ranks: plan.ranks).count
    let bytes = 4 * partials * (count - own) + 4 * others * own + others * trailer
    return AllReduceCost(steps: 2, bytes: bytes)
  }

  /// The floats a rank adds up for all: contiguous, cut on multiples of 16, sizes differing by at most 16.
  package static func slice(of rank: Int, count: Int, ranks: Int) -> Range<Int> {
    let lines = (count + 15) / 16
    return min(rank * lines / ranks * 16, count)..<min((rank + 1) * lines / ranks * 16, count)
  }

  private static func isDirect(plan: ReductionPlan, count: Int, limit: Int) -> Bool {
    let leaves = plan.firstLeaf[plan.ranks]
    return count <= limit / (leaves * MemoryLayout<Float>.size)
  }

  /// The other ranks, each rank starting behind itself so that not all talk to rank 0 first.
  static func peers(of rank: Int, ranks: Int) -> [Int] {
    (1..<max(ranks, 1)).map { (rank + $0) % ranks }
  }
}
