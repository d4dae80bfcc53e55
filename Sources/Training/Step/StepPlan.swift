internal import Collectives
internal import Kernels
internal import Networks

/// How one rank computes a step, and what memory that takes: sizes and decisions, no memory.
///
/// ``StepExecutor`` allocates from it; ``MemoryPlan`` counts from it.
struct StepPlan {
  /// What decides a plan, beside network and rank.
  struct Request {
    var section: ParallelSection
    /// Samples of the training part, and of a whole batch of them.
    var trainingRows: Int
    var batchSize: Int
    var shards: Int
    var microSteps: Int
    var threads: Int
    /// Cores of this node for each of its ranks that no worker uses.
    var spareCores: Int
    /// Rows that an evaluation works on at a time, in the same memory.
    var evaluationRows: Int
    /// Whether a bucket can be updated before the others' gradients are known.
    var updatesByBucket: Bool
  }

  /// The place of a rank among all.
  struct Rank {
    var rank: Int
    var ranks: Int
    /// That the ranks are on.
    var nodes: Int
    var isFirstOnNode: Bool

    init(rank: Int, ranks: Int, nodes: Int, isFirstOnNode: Bool) {
      (self.rank, self.ranks, self.nodes, self.isFirstOnNode) = (rank, ranks, nodes, isFirstOnNode)
    }

    init(_ cluster: any Cluster) {
      self.init(
        rank: cluster.rank, ranks: cluster.size, nodes: cluster.place.nodeCount,
        isFirstOnNode: cluster.place.rankOnNode == 0)
    }
  }

  let shards: ShardPlan
  let reduction: ReductionPlan
  let rank: Rank
  /// The ways through the batches of a run: a whole one, and the last of an epoch.
  let batches: [MicroSteps]
  /// For each of these, the loops of each of its groups.
  let phases: [[StepPhases]]
  /// Gradients that wait for later groups of shards.
  let waitingSlots: Int
  let layout: NetworkLayout
  let buckets: BucketPlan
  let parallelism: StepParallelism
  /// A rank knows the sum of its slices alone, and updates them.
  let keepsSlices: Bool
  /// Floats from one worker's scratch memory to the next one's.
  let scratchStride: Int
  /// Floats of a flat gradient.
  let gradientCount: Int
  /// Bytes of what layers' sums travel in.
  private let sumBytes: Double
  private let threads: Int

  /// Rows of a worker from which on it transposes weights on the way: that costs as much as a few rows.
  private static let tallRows = 256
  /// Floats of transposed weights that are kept all the same: 1 MiB, which stays in the cache.
  private static let smallDerived = 1 << 18

  init(_ request: Request, network: Network, rank: Rank) {
    self.rank = rank
    threads = request.threads
    gradientCount = network.gradientCount
    let shards = ShardPlan(shardCount: request.shards)
    let reduction = ReductionPlan(shards: request.shards, ranks: rank.ranks)
    let batches = Set([request.batchSize, request.trainingRows % request.batchSize]).subtracting([0]).sorted().map {
      MicroSteps(shards, reduction, rank: rank.rank, groups: request.microSteps, batch: $0)
    }
    sumBytes = SumExchange.byteCount(network, plan: reduction)
    self.shards = shards
    self.reduction = reduction
    self.batches = batches
    waitingSlots = batches.reduce(0) { max($0, $1.waitingSlots) }
    let capacity = batches.reduce(max(request.evaluationRows, 1)) { max($0, $1.rowCapacity) }
    // Gradients behind the arena's, of shared weights, belong to no rank's slice.
    let knowsSlices =
      request.updatesByBucket && network.tiedGradients.isEmpty && network.gradientCount == network.arenaCount
    parallelism = StepParallelism(
      request.section, ranks: rank.ranks, nodes: rank.nodes, spareCores: request.spareCores,
      gradientCount: network.gradientCount, bySlices: knowsSlices)
    keepsSlices = parallelism.isSharded && knowsSlices
    // Without overlap a worker takes all its rows through a layer at once. Many rows are worth a transpose of their
    // own.
    let isTall = parallelism.overlap == .off && capacity >= Self.tallRows * request.threads
    let layout = NetworkLayout(
      network, rows: capacity, isTraining: true, shards: reduction.shards(of: rank.rank).count,
      derivedLimit: isTall ? Self.smallDerived : .max)
    self.layout = layout
    let overlaps = parallelism.overlap != .off
    phases = batches.map { batch in
      batch.groups.map {
        StepPhases(layout, of: network, rows: $0.rows.count, threads: request.threads, overlaps: overlaps)
      }
    }
    buckets =
      parallelism.overlap == .off
      ? BucketPlan(whole: network, layout) : BucketPlan(network, layout, limit: request.section.bucketFloats)
    scratchStride =
      (max(layout.gradientScratchCount + WeightGradient.scratchCount(leaves: request.shards), layout.scratchCount) + 15)
      / 16 * 16
  }

  /// What the exchange of a step is prepared for.
  func exchangeRequest(_ section: ParallelSection, trailer: StepTrailer, batchSize: Int) -> ExchangeRequest {
    var request = ExchangeRequest(algorithm: section.allreduce, plan: reduction, count: gradientCount)
    request.algorithms = section.algorithms
    request.buckets = buckets.buckets.map(\.range)
    request.head = trailer.headBytes
    request.tail = trailer.tailBytes
    request.wire = section.wire
    request.batchSize = batchSize
    request.keepsSlices = keepsSlices
    request.handingOver = keepsSlices ? threads : 0
    return request
  }

  /// Bytes of scratch memory of all workers.
  var scratchBytes: Double { 4 * Double(threads) * Double(scratchStride) }

  /// Bytes of flat gradients: partial sums, those that wait, and the sum that the ranks of a node share.
  var gradientBytes: Double {
    let sharesSum = rank.ranks > 1 && rank.isFirstOnNode && !keepsSlices
    let count = max(1, reduction.subtrees(of: rank.rank).count) + waitingSlots + (sharesSum ? 1 : 0)
    return 4 * Double(gradientCount) * Double(count) + sumBytes
  }
}
