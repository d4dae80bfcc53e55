/// The transport's own allreduce (`MPI_Allreduce`), for comparison: fast, but it rounds at the borders between ranks,
/// so the bits depend on the number of ranks and on the library.
///
/// Each rank first adds its own partial sums from left to right; a rank without samples contributes -0, which changes
/// no sum. The call waits inside, so nothing is computed meanwhile, and the watchdog does not see a rank that stops
/// there; one that stops before is seen at the trailers' meeting, but for buckets between the first and the last, which
/// have none. `MPI_Iallreduce` could be watched, but with two ranks it takes one and a half to four times as long,
/// which would make the comparison an unfair one.
///
/// Cost sheet: communication steps: 1 for the trailers and what the library takes (counted as 1); bytes sent per rank:
/// (p-1) · trailer and what the library sends, at least 2(p-1)/p · 4n (not counted).
package enum LibraryAllReduce: AllReduceAlgorithm {
  package static let kind = "mpi"
  package static let isInvariant = false

  package static func cost(_ sheet: CostSheet) -> AllReduceCost {
    guard sheet.plan.ranks > 1 else { return AllReduceCost(steps: 0, bytes: 0) }
    return AllReduceCost(steps: sheet.trailer > 0 ? 2 : 1, bytes: (sheet.plan.ranks - 1) * sheet.trailer)
  }

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    let (range, transport, buffers) = (bucket.range, bucket.transport, bucket.buffers)
    let ownSum = bucket.ownSum()
    let stage = Stage(
      round: try bucket.trailerRound(),
      complete: { shardsInUse in
        ownSum(shardsInUse)
        try transport.sumInAnyOrder(buffers.row(0) + range.lowerBound, count: range.count)
      }, blocks: true)
    let sendsTrailers = !bucket.peers.isEmpty && !bucket.trailer.isEmpty
    return Stages(
      reduce: [stage], spread: [], owned: bucket.slice(of: bucket.rank),
      reduceTraffic: AllReduceCost(
        steps: bucket.peers.isEmpty ? 0 : sendsTrailers ? 2 : 1, bytes: bucket.peers.count * bucket.trailer.count),
      spreadTraffic: AllReduceCost(steps: 0, bytes: 0))
  }
}
