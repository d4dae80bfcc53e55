/// A prepared sum of flat gradients over all ranks, in buckets.
///
/// Each step: ``begin(shardsInUse:)``; write this rank's partial sums into ``partial(_:)`` and its trailer into
/// ``trailer(of:)`` of its own rank; ``start(_:)`` each bucket, in order, when its part of all partial sums is final;
/// ``finish(_:)`` it; read the sum from ``sum`` and every rank's trailer from ``trailer(of:)``.
/// ``allReduce(shardsInUse:)`` is all of that at once. No method allocates. Handed whole to one thread at a time. That
/// thread adds: it has to have set flush-to-zero and denormals-are-zero before, or its bits differ from the other
/// threads'.
package final class GradientExchange {
  /// The name of the algorithm at work.
  package let algorithm: String
  /// Why it is not the one asked for, where it is not.
  package let note: String?
  package let count: Int
  package let buckets: [Range<Int>]
  /// What every step costs this rank, counted from the prepared messages: compare with the algorithm's cost sheet.
  package let traffic: AllReduceCost
  /// Bytes of this rank's buffers; where a node shares them, of its part.
  package let byteCount: Int
  /// Where the ranks of the only node hand over what they make of their slices; only where that was asked for.
  package let handover: NodeHandover?
  private let transport: any Transport
  private let buffers: GradientBuffers
  private let staged: [StagedBucket]
  private let slices: [Range<Int>]
  private let sumsOnDemand: [((_ range: Range<Int>, _ shardsInUse: Int, _ worker: Int) -> Void)?]
  private var shardsInUse = 0
  /// Buckets `0 ..< started` are under way or done, `0 ..< finished` are done.
  private var started = 0
  private var finished = 0

  init(_ request: ExchangeRequest, over transport: any Transport) throws {
    precondition(request.count >= 0 && request.head >= 0, "a gradient and a trailer have no negative length")
    guard request.plan.ranks == transport.size else {
      throw ClusterError.planForOtherSize(planned: request.plan.ranks, size: transport.size)
    }
    let choice = try request.algorithms.choose(request.algorithm, wire: request.wire, transport: transport)
    let trailer = request.head + request.tail
    var shared: NodeMemory?
    if choice.algorithm.sharesMemory {
      shared = try NodeMemory(
        plan: request.plan, count: request.count, trailer: trailer, flags: request.buckets.count * 2 + 2,
        hasSum: !request.keepsSlices, transport: transport)
    }
    let found = choice.algorithm.sharesMemory && shared == nil ? OrderedAllReduce.self : choice.algorithm
    algorithm = found.kind
    note =
      found == choice.algorithm
      ? choice.note : "\(choice.algorithm.kind) found too little room in /dev/shm: ordered instead"
    self.transport = transport
    count = request.count
    buckets = request.buckets
    let buffers = GradientBuffers(
      plan: request.plan, count: request.count, trailer: trailer, rank: transport.rank, shared: shared)
    self.buffers = buffers
    handover = shared.flatMap { memory in
      guard request.keepsSlices, request.handingOver > 0, transport.nodes.count == 1 else { return nil }
      let flags = request.buckets.count * 2
      return NodeHandover(memory, flags: (flags, flags + 1), transport: transport)
    }
    byteCount = max(1, buffers.rowCount) * request.count * MemoryLayout<Float>.size
    var staged: [StagedBucket] = [], slices: [Range<Int>] = []
    var sums: [((_ range: Range<Int>, _ shardsInUse: Int, _ worker: Int) -> Void)?] = []
    var traffic = AllReduceCost(steps: 0, bytes: 0)
    for (index, range) in request.buckets.enumerated() {
      let isLast = index == request.buckets.count - 1
      let first = index == 0 ? 0 : isLast ? request.head : 0
      let last = isLast ? trailer : index == 0 ? request.head : 0
      let stages = try found.makeStages(
        BucketContext(
          plan: request.plan, buffers: buffers, transport: transport, index: index, range: range, trailer: first..<last,
          directLimit: request.directLimit, wire: request.wire, batchSize: request.batchSize,
          workers: handover == nil ? 0 : request.handingOver))
      staged.append(
        StagedBucket(
          stages.reduce + (request.keepsSlices ? [] : stages.spread) + (handover == nil ? stages.close : [])))
      slices.append(stages.owned)
      sums.append(stages.sumOnDemand)
      traffic += stages.reduceTraffic
      if !request.keepsSlices { traffic += stages.spreadTraffic }
    }
    self.staged = staged
    self.slices = slices
    sumsOnDemand = sums
    self.traffic = traffic
  }

  /// The buffers for this rank's maximal subtrees, as many as `plan.subtrees(of: rank)`; 64-byte aligned, zero at
  /// first.
  ///
  /// Consumed: after a step they hold anything, and ``partial(_:)`` 0 may be written to. The buffer of a subtree
  /// without a sample is never read for a sum.
  package func partial(_ index: Int) -> UnsafeMutablePointer<Float> { buffers.row(index) }

  /// The sum over all ranks, or this rank's slices of it; may be the memory of `partial(0)`, or be shared by the ranks
  /// of a node: then it is not to be written.
  package var sum: UnsafePointer<Float> { UnsafePointer(buffers.sum) }

  /// Whether other ranks read the memory of ``sum`` too.
  package var sharesSum: Bool { buffers.shared?.sum != nil }

  /// The trailer of a rank, head before tail: own one to be written before, all to be read after the exchange.
  package func trailer(of rank: Int) -> UnsafeMutableRawPointer { buffers.trailer(of: rank) }

  /// The part of a bucket that this rank has summed; with ``ExchangeRequest/keepsSlices`` all it knows of the sum.
  package func owned(_ bucket: Int) -> Range<Int> { slices[bucket] }

  /// Puts the sum of a part of ``owned(_:)`` into ``sum`` where that is left to be done on demand, with ``handover``;
  /// else it is there.
  ///
  /// By several workers at a time, after ``finish(_:)`` of the bucket, and once for every float at most. Like all that
  /// adds, with flush-to-zero set.
  package func sum(_ range: Range<Int>, bucket: Int, worker: Int) {
    sumsOnDemand[bucket]?(range, shardsInUse, worker)
  }

  /// A new step, in which shards `0 ..< shardsInUse` hold samples; the others are absent from the tree. With none the
  /// sum is 0.
  package func begin(shardsInUse: Int) {
    precondition(finished == started, "a step has not ended")
    transport.exchangeBegins()
    self.shardsInUse = shardsInUse
    started = 0
    finished = 0
  }

  /// Lets the next bucket go: its part of all partial sums, and for the first and the last one the trailer, are final.
  package func start(_ bucket: Int) throws {
    precondition(bucket == started, "buckets start in order")
    started += 1
    try staged[bucket].start(shardsInUse: shardsInUse)
    try advance()
  }

  /// Makes progress where messages have arrived; never waits.
  package func advance() throws {
    var bucket = finished
    while bucket < started {
      if !staged[bucket].isDone { _ = try staged[bucket].advance(mayBlock: false) }
      if bucket == finished, staged[bucket].isDone { finished += 1 }
      bucket += 1
    }
  }

  /// Whether a bucket's sum, or this rank's slice of it, is there.
  package func isFinished(_ bucket: Int) -> Bool { bucket < started && staged[bucket].isDone }

  /// Returns when a bucket that was started, and all before it, are done.
  ///
  /// - Throws: an error of the network; the sums are then undefined and the run has to end.
  package func finish(_ bucket: Int) throws {
    precondition(bucket < started, "the bucket was not started")
    var patience = Patience()
    while finished <= bucket {
      if try staged[finished].advance(mayBlock: true) {
        finished += 1
        patience = Patience()
        continue
      }
      try advance()
      if finished <= bucket {
        let seconds = patience.pause()
        if seconds > 0.01 { transport.waited(seconds: seconds) }
      }
    }
  }

  /// Collective: gives back what is shared with other ranks; the exchange's last use. Left out, that happens with the
  /// cluster's.
  package func close() throws { try transport.close() }

  /// Adds up all ranks' partial sums; afterwards ``sum`` and all trailers have the same bits on every rank.
  package func allReduce(shardsInUse: Int) throws {
    begin(shardsInUse: shardsInUse)
    for bucket in staged.indices { try start(bucket) }
    try finish(staged.count - 1)
  }
}
