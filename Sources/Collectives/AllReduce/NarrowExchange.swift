internal import Kernels
internal import Platform

/// ``OrderedAllReduce``, sliced, with 16 bits on the wire: half the bytes, other results.
///
/// What a rank sends is rounded; the owner of a slice adds in float32, in the tree's order, its own partial sums as
/// they are; the sum is rounded once more on its way to all, the owner's copy too, so that all ranks keep the same
/// bits. Half precision travels divided by the power of two at or above the batch size, so that sums over a batch stay
/// in its range. The result depends on the number of ranks.
enum NarrowExchange {
  static func stages(_ bucket: BucketContext) throws -> Stages {
    let (plan, buffers, rank) = (bucket.plan, bucket.buffers, bucket.rank)
    let half = HalfPrecision(
      isBFloat: bucket.wire == .bfloat16,
      scale: bucket.wire == .bfloat16
        ? 1 : 1 / Float(sign: .plus, exponent: (bucket.batchSize - 1).bitWidthUsed, significand: 1))
    let slice = bucket.slice(of: rank), leafCount = plan.firstLeaf[plan.ranks]
    let stride = GradientBuffers.stride(of: slice.count)
    let floats = AlignedMemory(byteCount: (leafCount - buffers.rowCount) * stride * MemoryLayout<Float>.size)
    let arriving = HalfMemory(count: (leafCount - buffers.rowCount) * stride)
    let range = bucket.range, isAlone = bucket.peers.isEmpty
    let rowHalves = GradientBuffers.stride(of: range.count)
    let leaving = HalfMemory(count: max(1, buffers.rowCount) * rowHalves)
    func outgoing(_ row: Int, _ slice: Range<Int>) -> Int { row * rowHalves + slice.lowerBound - range.lowerBound }
    var leaves = (0..<leafCount).map { _ in buffers.row(0) + slice.lowerBound }
    for index in 0..<buffers.rowCount { leaves[plan.firstLeaf[rank] + index] = buffers.row(index) + slice.lowerBound }
    var scattered: (receives: [Message], sends: [Message]) = ([], [])
    var collected: (receives: [Message], sends: [Message]) = ([], [])
    var next = 0
    let base = floats.base.assumingMemoryBound(to: Float.self)
    for peer in bucket.peers {
      scattered.receives += bucket.trailerMessage(peer, of: peer)
      scattered.sends += bucket.trailerMessage(peer, of: rank)
      for leaf in plan.firstLeaf[peer]..<plan.firstLeaf[peer + 1] {
        leaves[leaf] = base + next
        scattered.receives += arriving.message(peer, next, slice.count)
        next += stride
      }
      let theirs = bucket.slice(of: peer)
      for index in 0..<buffers.rowCount {
        scattered.sends += leaving.message(peer, outgoing(index, theirs), theirs.count)
      }
      collected.receives += leaving.message(peer, outgoing(0, theirs), theirs.count)
      collected.sends += leaving.message(peer, outgoing(0, slice), slice.count)
    }
    let table = LeafTable(leaves), sum = TreeSum(plan.steps, leafCount: leafCount), arrived = next
    let reduce = Stage(
      round: try bucket.transport.makeRound(receives: scattered.receives, sends: scattered.sends),
      prepare: { _ in
        guard !isAlone else { return }
        for index in 0..<buffers.rowCount {
          half.narrow(
            buffers.row(index) + range.lowerBound, into: leaving.halves + index * rowHalves,
            count: range.count)
        }
      },
      complete: { [floats] shardsInUse in
        half.widen(arriving.halves, into: base, count: arrived)
        sum.run(
          present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: table.pointers, count: slice.count,
          into: buffers.sum + slice.lowerBound)
        withExtendedLifetime(floats) {}
      })
    let spread = Stage(
      round: try bucket.transport.makeRound(receives: collected.receives, sends: collected.sends),
      prepare: { _ in
        guard !isAlone else { return }
        half.narrow(buffers.sum + slice.lowerBound, into: leaving.halves + outgoing(0, slice), count: slice.count)
      },
      complete: { _ in
        guard !isAlone else { return }
        half.widen(leaving.halves, into: buffers.sum + range.lowerBound, count: range.count)
      })
    let steps = isAlone ? 0 : 1
    return Stages(
      reduce: [reduce], spread: [spread], owned: slice,
      reduceTraffic: AllReduceCost(steps: steps, bytes: scattered.sends.byteCount),
      spreadTraffic: AllReduceCost(steps: steps, bytes: collected.sends.byteCount))
  }
}

/// Room for numbers of 16 bits.
private final class HalfMemory {
  let halves: UnsafeMutablePointer<UInt16>
  private let memory: AlignedMemory

  init(count: Int) {
    memory = AlignedMemory(byteCount: count * MemoryLayout<UInt16>.size)
    halves = memory.base.assumingMemoryBound(to: UInt16.self)
  }

  func message(_ peer: Int, _ first: Int, _ count: Int) -> [Message] {
    count == 0
      ? [] : [Message(peer: peer, bytes: .init(start: halves + first, count: count * MemoryLayout<UInt16>.size))]
  }
}

extension Int {
  /// The exponent of the least power of two above a number.
  fileprivate var bitWidthUsed: Int { Int.bitWidth - leadingZeroBitCount }
}
