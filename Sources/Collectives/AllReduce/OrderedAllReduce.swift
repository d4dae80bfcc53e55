internal import Platform

/// Adds up in the order of the reduction tree: the same bits for any number of ranks.
///
/// Sliced, the normal way, for `p` ranks, `n` floats and `L` partial sums per rank (1 for a power of two), in two
/// rounds:
/// 1. each rank sends every other rank, the owner of one slice of the gradient, that slice of each of its partial sums,
///   and its trailer; the owner adds the slices in tree order;
/// 2. each owner sends its summed slice to all.
///
/// Direct, when all ranks' partial sums together are small and latency is all that counts, in one round: each rank
/// sends all its partial sums and its trailer, in one message, to all; every rank adds everything in tree order. Same
/// bits.
///
/// Cost sheet | communication steps | bytes sent per rank (t: trailer, n padded to 16 floats in `direct`)
/// -----------|---------------------|--------------------- sliced     | 2                   | 4·L·(n - slice) +
/// 4·(p-1)·slice + (p-1)·t; for L = 1 about 2(p-1)/p · 4n, the lower bound direct     | 1                   | (p-1) ·
/// (4·L·n + t)
///
/// Slices are cut as ``GradientSlice`` says.
package enum OrderedAllReduce: AllReduceAlgorithm {
  package static let kind = "ordered"
  package static let isInvariant = true

  /// The direct way is taken when all partial sums of all ranks have at most this many bytes.
  package static let directLimit = 64 << 10

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    if bucket.wire != .float32 { return try NarrowExchange.stages(bucket) }
    return isDirect(plan: bucket.plan, count: bucket.range.count, limit: bucket.directLimit)
      ? try directStages(bucket) : try slicedStages(bucket)
  }

  package static func cost(_ sheet: CostSheet) -> AllReduceCost {
    let (plan, count) = (sheet.plan, sheet.count)
    let others = plan.ranks - 1
    guard others > 0 else { return AllReduceCost(steps: 0, bytes: 0) }
    let partials = plan.leafCount(of: sheet.rank)
    if isDirect(plan: plan, count: count, limit: sheet.directLimit) {
      let padded = (count + 15) / 16 * 16
      return AllReduceCost(steps: 1, bytes: others * (4 * partials * padded + sheet.trailer))
    }
    let own = GradientSlice.range(of: sheet.rank, count: count, ranks: plan.ranks).count
    let bytes = 4 * partials * (count - own) + 4 * others * own + others * sheet.trailer
    return AllReduceCost(steps: 2, bytes: bytes)
  }

  private static func isDirect(plan: ReductionPlan, count: Int, limit: Int) -> Bool {
    let leaves = plan.firstLeaf[plan.ranks]
    return count <= limit / (leaves * MemoryLayout<Float>.size)
  }

  /// Everybody sends everything to all.
  private static func directStages(_ bucket: BucketContext) throws -> Stages {
    let (plan, buffers, range, rank) = (bucket.plan, bucket.buffers, bucket.range, bucket.rank)
    let isWhole = range.count == buffers.count && bucket.trailer.count == buffers.trailerBytes
    let rowBytes = GradientBuffers.stride(of: range.count) * MemoryLayout<Float>.size
    let letters = (0..<plan.ranks).map { plan.leafCount(of: $0) * rowBytes + bucket.trailer.count }
    let inbox = AlignedMemory(byteCount: bucket.peers.reduce(0) { $0 + AlignedMemory.rounded(letters[$1]) })
    var leaves = (0..<plan.firstLeaf[plan.ranks]).map { _ in buffers.row(0) + range.lowerBound }
    for index in 0..<buffers.rowCount { leaves[plan.firstLeaf[rank] + index] = buffers.row(index) + range.lowerBound }
    // A bucket that is only a part of the gradient does not lie in one piece: it is copied into a letter first.
    let outbox = AlignedMemory(byteCount: isWhole ? 0 : letters[rank])
    let letter = isWhole ? buffers.rowsAndTrailer : .init(start: outbox.base, count: letters[rank])
    var receives: [Message] = [], arrivals: [(from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer)] = []
    var next = inbox.base
    for peer in bucket.peers {
      let rows = plan.leafCount(of: peer)
      for index in 0..<rows {
        leaves[plan.firstLeaf[peer] + index] = (next + index * rowBytes).assumingMemoryBound(to: Float.self)
      }
      arrivals.append((next + rows * rowBytes, buffers.trailer(of: peer) + bucket.trailer.lowerBound))
      if letters[peer] > 0 { receives.append(Message(peer: peer, bytes: .init(start: next, count: letters[peer]))) }
      next += AlignedMemory.rounded(letters[peer])
    }
    let sends = letters[rank] == 0 ? [] : bucket.peers.map { Message(peer: $0, bytes: letter) }
    let table = LeafTable(leaves), sum = TreeSum(plan.steps, leafCount: leaves.count)
    let trailers = arrivals, trailerBytes = bucket.trailer.count, trailerStart = bucket.trailer.lowerBound
    let stage = Stage(
      round: try bucket.transport.makeRound(receives: receives, sends: sends),
      prepare: isWhole
        ? nil
        : { _ in
          for index in 0..<buffers.rowCount {
            (outbox.base + index * rowBytes).copyMemory(
              from: buffers.row(index) + range.lowerBound, byteCount: range.count * MemoryLayout<Float>.size)
          }
          (outbox.base + buffers.rowCount * rowBytes).copyMemory(
            from: buffers.trailer(of: rank) + trailerStart, byteCount: trailerBytes)
        },
      complete: { [inbox] shardsInUse in
        for trailer in trailers { trailer.to.copyMemory(from: trailer.from, byteCount: trailerBytes) }
        sum.run(
          present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: table.pointers, count: range.count,
          into: buffers.sum + range.lowerBound)
        withExtendedLifetime(inbox) {}
      })
    return Stages(
      reduce: [stage], spread: [], owned: bucket.slice(of: rank),
      reduceTraffic: AllReduceCost(steps: bucket.peers.isEmpty ? 0 : 1, bytes: sends.byteCount),
      spreadTraffic: AllReduceCost(steps: 0, bytes: 0))
  }

  /// Reduce-scatter by slices, then allgather.
  private static func slicedStages(_ bucket: BucketContext) throws -> Stages {
    let (plan, buffers, rank) = (bucket.plan, bucket.buffers, bucket.rank)
    let slice = bucket.slice(of: rank)
    let rowFloats = GradientBuffers.stride(of: slice.count)
    let leafCount = plan.firstLeaf[plan.ranks]
    let inbox = AlignedMemory(byteCount: (leafCount - buffers.rowCount) * rowFloats * MemoryLayout<Float>.size)
    var leaves = (0..<leafCount).map { _ in buffers.row(0) + slice.lowerBound }
    for index in 0..<buffers.rowCount { leaves[plan.firstLeaf[rank] + index] = buffers.row(index) + slice.lowerBound }
    var scattered: (receives: [Message], sends: [Message]) = ([], [])
    var collected: (receives: [Message], sends: [Message]) = ([], [])
    var next = inbox.base.assumingMemoryBound(to: Float.self)
    for peer in bucket.peers {
      scattered.receives += bucket.trailerMessage(peer, of: peer)
      scattered.sends += bucket.trailerMessage(peer, of: rank)
      for leaf in plan.firstLeaf[peer]..<plan.firstLeaf[peer + 1] {
        leaves[leaf] = next
        scattered.receives += bucket.message(peer, next, slice.count)
        next += rowFloats
      }
      let theirs = bucket.slice(of: peer)
      for index in 0..<buffers.rowCount {
        scattered.sends += bucket.message(peer, buffers.row(index) + theirs.lowerBound, theirs.count)
      }
      collected.receives += bucket.message(peer, buffers.sum + theirs.lowerBound, theirs.count)
      collected.sends += bucket.message(peer, buffers.sum + slice.lowerBound, slice.count)
    }
    let table = LeafTable(leaves), sum = TreeSum(plan.steps, leafCount: leafCount)
    let steps = bucket.peers.isEmpty ? 0 : 1
    return Stages(
      reduce: [
        Stage(
          round: try bucket.transport.makeRound(receives: scattered.receives, sends: scattered.sends),
          complete: { [inbox] shardsInUse in
            // Row 0 may be overwritten here and in the second round: its slices have all been sent.
            sum.run(
              present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: table.pointers, count: slice.count,
              into: buffers.sum + slice.lowerBound)
            withExtendedLifetime(inbox) {}
          })
      ],
      spread: [
        Stage(round: try bucket.transport.makeRound(receives: collected.receives, sends: collected.sends))
      ], owned: slice, reduceTraffic: AllReduceCost(steps: steps, bytes: scattered.sends.byteCount),
      spreadTraffic: AllReduceCost(steps: steps, bytes: collected.sends.byteCount))
  }
}

extension [Message] {
  /// Bytes of all messages.
  var byteCount: Int { reduce(0) { $0 + $1.bytes.count } }
}
