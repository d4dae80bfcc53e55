internal import Collectives
internal import Platform

/// What every rank tells all others in a step, beside gradients: with the first bucket the sums of its shards' losses
/// and weights and its control word, now and then a hash of its weights; with the last one how long it computed.
struct StepTrailer {
  private static let perShard = 16
  /// Control word, hash, and the step of the checkpoint that is written.
  private static let header = 24
  let headBytes: Int
  let tailBytes = 8

  private let reduction: ReductionPlan
  private let rank: Int
  private let losses: AlignedBuffer<Double>
  private let weights: AlignedBuffer<Double>

  init(_ reduction: ReductionPlan, rank: Int) {
    self.reduction = reduction
    self.rank = rank
    headBytes = Self.header + Self.perShard * reduction.shards
    losses = AlignedBuffer(count: reduction.shards)
    weights = AlignedBuffer(count: reduction.shards)
  }

  func setControl(_ control: Int64, in exchange: GradientExchange) {
    exchange.trailer(of: rank).storeBytes(of: control, as: Int64.self)
  }

  /// - Parameter hash: of the weights before this step; 0 where none is compared.
  func setHash(_ hash: UInt64, in exchange: GradientExchange) {
    exchange.trailer(of: rank).storeBytes(of: hash, toByteOffset: 8, as: UInt64.self)
  }

  /// - Parameter step: of the checkpoint whose file this rank has written; -1: none.
  func setWritten(_ step: Int64, in exchange: GradientExchange) {
    exchange.trailer(of: rank).storeBytes(of: step, toByteOffset: 16, as: Int64.self)
  }

  /// The first rank whose hash is not the first rank's.
  func differingRank(_ exchange: GradientExchange) -> Int? {
    let first = exchange.trailer(of: 0).load(fromByteOffset: 8, as: UInt64.self)
    return (0..<reduction.ranks).first {
      exchange.trailer(of: $0).load(fromByteOffset: 8, as: UInt64.self) != first
    }
  }

  func setSums(loss: Double, weight: Double, of shard: Int, in exchange: GradientExchange) {
    let place = Self.header + (shard - reduction.shards(of: rank).lowerBound) * Self.perShard
    let trailer = exchange.trailer(of: rank)
    trailer.storeBytes(of: loss, toByteOffset: place, as: Double.self)
    trailer.storeBytes(of: weight, toByteOffset: place + 8, as: Double.self)
  }

  func setSeconds(_ seconds: Double, in exchange: GradientExchange) {
    exchange.trailer(of: rank).storeBytes(of: seconds, toByteOffset: headBytes, as: Double.self)
  }

  /// Loss, weight and control word of the whole batch, once the first bucket is done.
  func outcome(_ exchange: GradientExchange, shardsInUse: Int) -> StepExecutor.Outcome {
    var control: Int64 = 0, written = Int64.max
    for peer in 0..<reduction.ranks {
      let trailer = UnsafeRawPointer(exchange.trailer(of: peer))
      control = max(control, trailer.load(as: Int64.self))
      written = min(written, trailer.load(fromByteOffset: 16, as: Int64.self))
      let shards = reduction.shards(of: peer)
      for shard in shards {
        let place = Self.header + (shard - shards.lowerBound) * Self.perShard
        losses.pointer[shard] = trailer.load(fromByteOffset: place, as: Double.self)
        weights.pointer[shard] = trailer.load(fromByteOffset: place + 8, as: Double.self)
      }
    }
    return StepExecutor.Outcome(
      loss: ReductionTree.sum(UnsafeBufferPointer(losses.elements), present: shardsInUse),
      weight: ReductionTree.sum(UnsafeBufferPointer(weights.elements), present: shardsInUse), control: control,
      writtenCheckpoint: written)
  }

  /// The longest computation of any rank, once the last bucket is done.
  func slowest(_ exchange: GradientExchange) -> Double {
    var slowest = 0.0
    for peer in 0..<reduction.ranks {
      slowest = max(slowest, exchange.trailer(of: peer).load(fromByteOffset: headBytes, as: Double.self))
    }
    return slowest
  }
}
