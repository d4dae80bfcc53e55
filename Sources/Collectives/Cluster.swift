/// The ranks of one training run, as the trainer sees them: who am I, how many are we, and the few things we do together.
///
/// Every method but the properties is collective: all ranks call it, in the same order. ``SoloCluster`` is the identity.
/// An error thrown here cannot be agreed on (a peer may be gone): it ends the run through `MPI_Abort`.
package protocol Cluster: AnyObject {
  /// This rank, `0 ..< size`.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// Where this rank runs among the others.
  var place: Place { get }

  /// Returns root's bytes on every rank.
  func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8]
  /// Returns every rank's bytes, in rank order, on every rank. Lengths may differ.
  func gather(_ bytes: [UInt8]) throws -> [[UInt8]]
  /// Returns after every rank has called it.
  func barrier() throws
  /// Memory that all ranks of this node share, zero-filled, 64-byte aligned, valid until the cluster is closed.
  ///
  /// The node's first rank (``Place/rankOnNode`` 0) states the size, the others pass nil.
  func sharedMemory(byteCount: Int?) throws -> UnsafeMutableRawBufferPointer
  /// Returns after every rank of this node has called it; makes writes to shared memory visible.
  func nodeBarrier() throws
  /// Prepares the exchange of gradients; all buffers are allocated here, none later.
  ///
  /// - Parameters:
  ///   - algorithm: a name of `AllReduceRegistry`, or `auto`.
  ///   - plan: which subtrees each rank owns.
  ///   - count: floats in one flat gradient.
  ///   - trailer: bytes each rank adds to every step (see ``GradientExchange/trailer(of:)``).
  /// - Returns: the exchange; it lives no longer than the cluster.
  /// - Throws: ``ClusterError`` for an unknown name or a plan for another number of ranks; an error of the network.
  func makeExchange(algorithm: String, plan: ReductionPlan, count: Int, trailer: Int) throws -> any GradientExchange
}

/// Where a rank runs.
package struct Place: Sendable, Equatable {
  /// The host's name.
  package var host: String
  /// This rank's index among the ranks of its node.
  package var rankOnNode: Int
  /// The number of ranks on this node.
  package var ranksOnNode: Int
  /// The index of this rank's node, nodes ordered by their first rank.
  package var node: Int
  /// The number of nodes.
  package var nodeCount: Int

  package init(host: String, rankOnNode: Int, ranksOnNode: Int, node: Int, nodeCount: Int) {
    self.host = host
    self.rankOnNode = rankOnNode
    self.ranksOnNode = ranksOnNode
    self.node = node
    self.nodeCount = nodeCount
  }
}

/// A prepared sum of flat gradients over all ranks, in the order of the reduction tree.
///
/// Each step: write this rank's partial sums into ``partial(_:)``, its trailer into ``trailer(of:)`` of its own rank, call
/// ``allReduce(shardsInUse:)``, read the sum from ``sum`` and every rank's trailer from ``trailer(of:)``.
/// No method allocates. Handed whole to one thread at a time. The thread that calls ``allReduce(shardsInUse:)`` adds: it
/// has to have set flush-to-zero and denormals-are-zero before, or its bits differ from the other threads'.
package protocol GradientExchange: AnyObject {
  /// Floats in one flat gradient.
  var count: Int { get }
  /// The buffers for this rank's maximal subtrees, as many as `plan.subtrees(of: rank)`; 64-byte aligned, zero at first.
  func partial(_ index: Int) -> UnsafeMutablePointer<Float>
  /// The sum over all ranks; may be the same memory as `partial(0)`.
  var sum: UnsafeMutablePointer<Float> { get }
  /// The trailer of a rank: own one to be written before, all to be read after the exchange.
  func trailer(of rank: Int) -> UnsafeMutableRawPointer
  /// Adds up all ranks' partial sums; afterwards ``sum`` and all trailers have the same bits on every rank.
  ///
  /// The partial sums are consumed: afterwards their buffers hold intermediate sums. The buffer of a subtree without a
  /// sample is never read for a sum. With no shard in use the sum is zero.
  ///
  /// - Parameter shardsInUse: shards `0 ..< shardsInUse` hold samples, the others are absent from the tree.
  /// - Throws: an error of the network; the sums are then undefined and the run has to end.
  func allReduce(shardsInUse: Int) throws
  /// What every call costs this rank, counted from the prepared messages: compare with the algorithm's cost sheet.
  var traffic: AllReduceCost { get }
}
