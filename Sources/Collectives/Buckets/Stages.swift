/// One step of a bucket's way through an allreduce: messages or flags, and what is done once they are there.
package struct Stage {
  /// Starts when the stage before is done.
  var round: any Round
  /// Runs before the round starts; the argument is the number of shards in use.
  var prepare: ((_ shardsInUse: Int) throws -> Void)?
  /// Runs when the round is complete.
  var complete: ((_ shardsInUse: Int) throws -> Void)?
  /// ``prepare`` or ``complete`` waits for other ranks: such buckets go through one at a time, in order.
  var blocks = false
}

/// A bucket's whole way, as an algorithm plans it.
package struct Stages {
  /// Until this rank has the sum of its own slice.
  var reduce: [Stage]
  /// Until every rank has all slices.
  var spread: [Stage]
  /// Always last, such as a meeting before memory is used again.
  var close: [Stage] = []
  /// The slice of the flat gradient that this rank sums; every float of the bucket is in exactly one rank's.
  var owned: Range<Int>
  /// Sums a part of ``owned``, where ``reduce`` leaves that to ``GradientExchange/sum(_:bucket:worker:)``.
  var sumOnDemand: ((_ range: Range<Int>, _ shardsInUse: Int, _ worker: Int) -> Void)?
  /// What ``reduce`` (with ``close``) and ``spread`` cost.
  var reduceTraffic: AllReduceCost
  var spreadTraffic: AllReduceCost
}

/// What an algorithm plans a bucket from.
package struct BucketContext {
  let plan: ReductionPlan
  let buffers: GradientBuffers
  let transport: any Transport
  /// The bucket's place among the exchange's buckets.
  let index: Int
  /// Its floats in a flat gradient.
  let range: Range<Int>
  /// The bytes of every rank's trailer that travel with it.
  let trailer: Range<Int>
  /// Partial sums of all ranks up to so many bytes take the way with the fewest messages.
  let directLimit: Int
  /// How floats travel.
  let wire: WireFormat
  /// Samples of a batch.
  let batchSize: Int
  /// Workers that sum the rank's slice on demand; 0: it is summed once all partial sums are there.
  let workers: Int

  var rank: Int { transport.rank }
  var ranks: Int { plan.ranks }

  /// The other ranks, each rank starting behind itself so that not all talk to rank 0 first.
  var peers: [Int] { (1..<max(ranks, 1)).map { (rank + $0) % ranks } }

  /// The part of the bucket that a rank adds up for all.
  func slice(of rank: Int) -> Range<Int> {
    let slice = GradientSlice.range(of: rank, count: range.count, ranks: ranks)
    return range.lowerBound + slice.lowerBound..<range.lowerBound + slice.upperBound
  }

  /// A message of some floats; empty ones do not travel.
  func message(_ peer: Int, _ first: UnsafeMutablePointer<Float>, _ count: Int) -> [Message] {
    count == 0 ? [] : [Message(peer: peer, bytes: .init(start: first, count: count * MemoryLayout<Float>.size))]
  }

  /// A message of the bytes of a rank's trailer that travel with this bucket.
  func trailerMessage(_ peer: Int, of rank: Int) -> [Message] {
    trailer.isEmpty
      ? []
      : [Message(peer: peer, bytes: .init(start: buffers.trailer(of: rank) + trailer.lowerBound, count: trailer.count))]
  }

  /// All ranks' trailers to all ranks.
  func trailerRound() throws -> any Round {
    try transport.makeRound(
      receives: peers.flatMap { trailerMessage($0, of: $0) }, sends: peers.flatMap { trailerMessage($0, of: rank) })
  }

  /// How many of this rank's partial sums hold samples.
  func presentRows(shardsInUse: Int) -> Int {
    min(max(plan.presentLeaves(shardsInUse: shardsInUse) - plan.firstLeaf[rank], 0), buffers.rowCount)
  }

  /// Adds this rank's own partial sums from left to right into row 0, for algorithms that do not keep the tree's order.
  func ownSum() -> (_ shardsInUse: Int) -> Void {
    let rows = LeafTable((0..<buffers.rowCount).map { buffers.row($0) + range.lowerBound })
    let steps = (1..<max(buffers.rowCount, 1)).map { ReductionPlan.Step(left: 0, right: $0) }
    let sum = TreeSum(steps, leafCount: buffers.rowCount), result = buffers.row(0) + range.lowerBound
    let count = range.count
    return { shardsInUse in
      let present = presentRows(shardsInUse: shardsInUse)
      if present > 0 {
        sum.run(present: present, leaves: rows.pointers, count: count, into: result)
      } else {
        // Nothing to add: -0 changes no sum.
        result.update(repeating: shardsInUse == 0 ? 0 : -0.0, count: count)
      }
    }
  }
}

/// Where the leaves of a sum lie.
final class LeafTable {
  let pointers: UnsafePointer<UnsafeMutablePointer<Float>>
  private let memory: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  init(_ leaves: [UnsafeMutablePointer<Float>]) {
    memory = .allocate(capacity: max(1, leaves.count))
    for (index, leaf) in leaves.enumerated() { (memory + index).initialize(to: leaf) }
    pointers = UnsafePointer(memory)
  }

  deinit {
    memory.deallocate()
  }
}
