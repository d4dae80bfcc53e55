internal import Platform

/// Recursive halving and doubling (Thakur, Rabenseifner and Gropp 2005) in the order of the reduction tree.
///
/// For a power of two of ranks, which own the tree's own subtrees: in round `l` a rank exchanges halves of its slice
/// with the rank `2^l` away and adds, the lower rank's part on the left, so that after round `l` blocks of `2^(l+1)`
/// ranks hold their node of the tree, cut in slices. Then the way back doubles the slices. For other numbers of ranks
/// it is ``OrderedAllReduce``.
///
/// Cost sheet, p = 2^k: communication steps: 2k, the trailers travel with the first; bytes sent per rank: 2(p-1)/p ·
/// 4n, the lower bound, but for the rounding of slices to 16 floats, and (p-1) · trailer. Fewer, longer messages than
/// `ordered` has, in more steps.
package enum RecursiveAllReduce: AllReduceAlgorithm {
  package static let kind = "recursive"
  package static let isInvariant = true

  package static func cost(_ sheet: CostSheet) -> AllReduceCost {
    let plan = sheet.plan
    guard isPossible(plan) else { return OrderedAllReduce.cost(sheet) }
    let slices = slices(of: sheet.rank, whole: 0..<sheet.count, ranks: plan.ranks)
    let last = slices.last?.count ?? 0
    // Halving sends all but the last slice; doubling sends every slice but the whole.
    let floats = (sheet.count - last) + slices.dropFirst().reduce(0) { $0 + $1.count }
    return AllReduceCost(
      steps: 2 * plan.ranks.trailingZeroBitCount, bytes: 4 * floats + (plan.ranks - 1) * sheet.trailer)
  }

  private static func isPossible(_ plan: ReductionPlan) -> Bool { plan.ranks > 1 && plan.ranks.nonzeroBitCount == 1 }

  /// The slice that a rank works on before each round, and the one it ends with.
  static func slices(of rank: Int, whole: Range<Int>, ranks: Int) -> [Range<Int>] {
    var slices = [whole]
    var slice = whole
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

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    let (plan, buffers, rank) = (bucket.plan, bucket.buffers, bucket.rank)
    guard isPossible(plan) else { return try OrderedAllReduce.makeStages(bucket) }
    let slices = slices(of: rank, whole: bucket.range, ranks: plan.ranks), levels = slices.count - 1
    let inbox = AlignedMemory(byteCount: (bucket.range.count / 2 + 32) * MemoryLayout<Float>.size)
    let arrived = inbox.base.assumingMemoryBound(to: Float.self), sum = buffers.row(0)
    var reduce: [Stage] = [], spread: [Stage] = [], reduceBytes = 0, spreadBytes = 0
    for level in 0..<levels {
      let block = 1 << level, partner = rank ^ block
      let (low, high) = halves(slices[level])
      let kept = slices[level + 1], sent = rank & block == 0 ? high : low
      var receives = bucket.message(partner, arrived, kept.count)
      var sends = bucket.message(partner, sum + sent.lowerBound, sent.count)
      if level == 0 {
        receives += bucket.peers.flatMap { bucket.trailerMessage($0, of: $0) }
        sends += bucket.peers.flatMap { bucket.trailerMessage($0, of: rank) }
      }
      let ownFirst = firstShard(plan, rank & ~(block - 1)), otherFirst = firstShard(plan, partner & ~(block - 1))
      let own = sum + kept.lowerBound, length = kept.count, isLeft = rank < partner
      reduce.append(
        Stage(
          round: try bucket.transport.makeRound(receives: receives, sends: sends),
          complete: { [inbox] shardsInUse in
            // A side without samples is absent.
            withExtendedLifetime(inbox) {}
            guard otherFirst < shardsInUse else { return }
            guard ownFirst < shardsInUse else { return own.update(from: arrived, count: length) }
            if isLeft {
              for index in 0..<length { own[index] += arrived[index] }
            } else {
              for index in 0..<length { own[index] = arrived[index] + own[index] }
            }
          }))
      reduceBytes += sends.byteCount
    }
    // Without any sample the sum is 0.
    let owned = slices[levels], finish = reduce[levels - 1].complete
    reduce[levels - 1].complete = { shardsInUse in
      try finish?(shardsInUse)
      if shardsInUse == 0 { (sum + owned.lowerBound).update(repeating: 0, count: owned.count) }
    }
    for level in (0..<levels).reversed() {
      let partner = rank ^ (1 << level)
      let kept = slices[level + 1]
      let (low, high) = halves(slices[level])
      let other = rank & (1 << level) == 0 ? high : low
      let sends = bucket.message(partner, sum + kept.lowerBound, kept.count)
      spread.append(
        Stage(
          round: try bucket.transport.makeRound(
            receives: bucket.message(partner, sum + other.lowerBound, other.count), sends: sends)))
      spreadBytes += sends.byteCount
    }
    return Stages(
      reduce: reduce, spread: spread, owned: owned, reduceTraffic: AllReduceCost(steps: levels, bytes: reduceBytes),
      spreadTraffic: AllReduceCost(steps: levels, bytes: spreadBytes))
  }

  /// The first shard of a rank; where it owns none, a shard that is never in use.
  private static func firstShard(_ plan: ReductionPlan, _ rank: Int) -> Int {
    let shards = plan.shards(of: rank)
    return shards.isEmpty ? plan.shards : shards.lowerBound
  }
}
