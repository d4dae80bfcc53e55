internal import Platform

/// What a layer has summed over rows in one step, on the way forward or on the way back: for the whole batch, and for
/// each shard of this rank.
package struct LayerSums: @unchecked Sendable {
  /// Numbers of one sum.
  package let count: Int
  /// That of the batch first, then the shards' in order.
  private let values: UnsafeMutablePointer<Double>

  init(_ values: UnsafeMutablePointer<Double>, count: Int) { (self.values, self.count) = (values, count) }

  /// Added over all shards of all ranks, once that is done.
  package var ofBatch: UnsafeMutablePointer<Double> { values }

  /// That of one of the rank's shards, counted from its first.
  package subscript(shard shard: Int) -> UnsafeMutablePointer<Double> { values + (1 + shard) * count }
}

/// Which row belongs to which shard, and of how many samples batch and shards are: one for all layers of a network.
package final class RowGroups: @unchecked Sendable {
  /// For each row the place of its shard among the rank's.
  private let shardOfRow: AlignedBuffer<Int32>
  /// Samples of the batch, then of each shard.
  private let counts: AlignedBuffer<Int>

  init(rows: Int, shards: Int) {
    shardOfRow = AlignedBuffer(count: max(1, rows))
    counts = AlignedBuffer(count: 1 + shards)
  }

  package func setBatch(samples: Int) { counts[0] = samples }

  package func setShard(_ shard: Int, rows: Range<Int>) {
    counts[1 + shard] = rows.count
    precondition(rows.lowerBound >= 0 && rows.upperBound <= shardOfRow.count, "rows outside the batch")
    (shardOfRow.pointer + rows.lowerBound).update(repeating: Int32(shard), count: rows.count)
  }

  func shard(ofRow row: Int) -> Int { Int(shardOfRow[row]) }
  func samples(ofShard shard: Int) -> Int { counts[1 + shard] }
  package var samplesOfBatch: Int { counts[0] }

  package var byteCount: Int { 4 * shardOfRow.count + 8 * counts.count }

  /// Bytes that they take.
  static func byteCount(rows: Int, shards: Int) -> Double { 4 * Double(rows) + 8 * Double(1 + shards) }
}
