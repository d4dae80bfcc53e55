/// How far a layer looks beyond the row that it computes, while it trains.
///
/// What it learns of other rows are sums: of each shard they are added row after row, and shards by the reduction tree,
/// so that they do not depend on ranks, threads or cuts.
package enum LayerReach: Sendable, Equatable {
  /// No further. ``LayerNeeds/forwardSums`` are then for the layer's states alone, and are known after the step.
  case row
  /// To the rows of its shard, whose sums are known before ``Layer/forward(_:rows:)`` and
  /// ``Layer/backwardToInput(_:rows:scratch:)``.
  case shard
  /// To all rows of the batch. The shards of all groups of micro steps would have to be known at once, so there is one
  /// group.
  case batch
}
