internal import Collectives

/// How all ranks come to the parameters that each has updated: the second half of a sharded update.
protocol ParameterSharing: AnyObject {
  /// For each rank, the part of each bucket that it updates.
  var ownedByRank: [[Range<Int>]] { get }
  /// Bytes that this rank sends in a step.
  var byteCount: Int { get }
  /// Where this rank's update leaves a copy of what it updates, laid out as the arena; nil: nowhere.
  var copy: UnsafeMutablePointer<Float>? { get }

  /// Returns when partial sums may be written; before that in each step.
  func beforeGradients() throws
  /// Lets this rank's part of a bucket go, once it is updated.
  func start(_ bucket: Int) throws
  /// Returns when all ranks' parts have arrived in the arena; also called after steps without an update, to end them.
  /// - Returns: whether all numbers that arrived are finite.
  func finish(hasUpdated: Bool) throws -> Bool
  /// Collective: gives back what is shared with other ranks and does not go with the exchange; its last use.
  func close() throws
}

extension ParameterSharing {
  func close() throws {}
}

/// The parts of all ranks: what each updates of each bucket.
///
/// Collective.
func ownedByRank(_ owned: [Range<Int>], cluster: any Cluster) throws -> [[Range<Int>]] {
  try cluster.gather(owned)
}
