/// How a batch is cut into shards: contiguous pieces whose sizes differ by at most one.
package struct ShardPlan: Sendable, Equatable {
  package let shardCount: Int

  package init(shardCount: Int) { self.shardCount = shardCount }

  /// The positions in the batch that a shard holds; empty where the batch has fewer samples than shards.
  package func positions(of shard: Int, batch: Int) -> Range<Int> {
    let size = batch / shardCount, larger = batch % shardCount
    let start = shard * size + min(shard, larger)
    return start..<start + size + (shard < larger ? 1 : 0)
  }

  /// The positions that consecutive shards hold.
  package func positions(of shards: Range<Int>, batch: Int) -> Range<Int> {
    guard !shards.isEmpty else { return 0..<0 }
    return positions(of: shards.lowerBound, batch: batch)
      .lowerBound..<positions(of: shards.upperBound - 1, batch: batch).upperBound
  }

  /// Shards that hold samples: always the first ones.
  package func shardsInUse(batch: Int) -> Int { min(shardCount, batch) }
}
