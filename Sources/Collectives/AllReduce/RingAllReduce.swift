internal import Platform

/// The ring of Patarasuk and Yuan (2009), for comparison: every rank talks to its neighbours only.
///
/// Each rank first adds its own partial sums from left to right. Then, in `p - 1` rounds, slices travel around the ring
/// and every rank adds its own to what arrives; in `p - 1` more the finished slices travel on to all. The additions of
/// a slice begin at another rank for each slice, so the bits depend on the number of ranks.
///
/// Cost sheet: communication steps: 2(p-1), the trailers travel with the first; bytes sent per rank: 2(p-1)/p · 4n, the
/// lower bound, but for the rounding of slices to 16 floats, and (p-1) · trailer.
package enum RingAllReduce: AllReduceAlgorithm {
  package static let kind = "ring"
  package static let isInvariant = false

  package static func cost(_ sheet: CostSheet) -> AllReduceCost {
    let ranks = sheet.plan.ranks
    guard ranks > 1 else { return AllReduceCost(steps: 0, bytes: 0) }
    // In the first half a rank sends all slices but the next one's, in the second all but the one after that.
    func length(_ slice: Int) -> Int {
      4 * GradientSlice.range(of: (slice + ranks) % ranks, count: sheet.count, ranks: ranks).count
    }
    let all = (0..<ranks).reduce(0) { $0 + length($1) }
    let bytes = 2 * all - length(sheet.rank + 1) - length(sheet.rank + 2)
    return AllReduceCost(steps: 2 * (ranks - 1), bytes: bytes + (ranks - 1) * sheet.trailer)
  }

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    let (buffers, rank, ranks) = (bucket.buffers, bucket.rank, bucket.ranks)
    let slices = (0..<ranks).map { bucket.slice(of: $0) }
    func slice(_ index: Int) -> Range<Int> { slices[((index % ranks) + ranks) % ranks] }
    let inbox = AlignedMemory(byteCount: slices.reduce(0) { max($0, $1.count) } * MemoryLayout<Float>.size)
    let arrived = inbox.base.assumingMemoryBound(to: Float.self), sum = buffers.row(0)
    let next = (rank + 1) % ranks, before = (rank + ranks - 1) % ranks
    let ownSum = bucket.ownSum()
    var reduce: [Stage] = [], spread: [Stage] = [], reduceBytes = 0, spreadBytes = 0
    if ranks == 1 { reduce.append(Stage(round: try bucket.trailerRound(), prepare: ownSum)) }
    for step in 0..<ranks - 1 {
      let outgoing = slice(rank - step), incoming = slice(rank - step - 1)
      var receives = bucket.message(before, arrived, incoming.count)
      var sends = bucket.message(next, sum + outgoing.lowerBound, outgoing.count)
      if step == 0 {
        receives += bucket.peers.flatMap { bucket.trailerMessage($0, of: $0) }
        sends += bucket.peers.flatMap { bucket.trailerMessage($0, of: rank) }
      }
      reduce.append(
        Stage(
          round: try bucket.transport.makeRound(receives: receives, sends: sends), prepare: step == 0 ? ownSum : nil,
          complete: { [inbox] _ in
            let own = sum + incoming.lowerBound
            for index in 0..<incoming.count { own[index] += arrived[index] }
            withExtendedLifetime(inbox) {}
          }))
      reduceBytes += sends.byteCount
    }
    for step in 0..<ranks - 1 {
      let outgoing = slice(rank + 1 - step), incoming = slice(rank - step)
      let sends = bucket.message(next, sum + outgoing.lowerBound, outgoing.count)
      spread.append(
        Stage(
          round: try bucket.transport.makeRound(
            receives: bucket.message(before, sum + incoming.lowerBound, incoming.count), sends: sends)))
      spreadBytes += sends.byteCount
    }
    return Stages(
      reduce: reduce, spread: spread, owned: slice(rank + 1),
      reduceTraffic: AllReduceCost(steps: ranks - 1, bytes: reduceBytes),
      spreadTraffic: AllReduceCost(steps: ranks - 1, bytes: spreadBytes))
  }
}
