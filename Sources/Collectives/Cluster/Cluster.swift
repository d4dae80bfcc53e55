/// The ranks of one training run, as the trainer sees them: who am I, how many are we, and the few things we do
/// together.
///
/// They are all ranks of the process group, or a group of them that ``split(color:)`` has made. Every method but the
/// properties is collective: all ranks call it, in the same order. ``SoloCluster`` is the identity. An error thrown
/// here cannot be agreed on (a peer may be gone): it ends the run through `MPI_Abort`.
package protocol Cluster: AnyObject {
  /// This rank, `0 ..< size`.
  var rank: Int { get }
  /// The number of ranks.
  var size: Int { get }
  /// Where this rank runs among the others.
  var place: Place { get }
  /// The library that messages travel through, with its version; nil: none.
  var library: String? { get }

  /// Returns root's bytes on every rank: what ``broadcast(_:from:)`` is made of, and called by it alone.
  func broadcastBytes(_ bytes: [UInt8], from root: Int) throws -> [UInt8]
  /// Returns every rank's bytes, in rank order, on every rank; lengths may differ. What ``gather(_:)`` is made of, and
  /// called by it alone.
  func gatherBytes(_ bytes: [UInt8]) throws -> [[UInt8]]
  /// Returns after every rank has called it.
  func barrier() throws
  /// Memory that all ranks of this node share, 64-byte aligned, valid until the cluster is closed.
  ///
  /// The node's first rank (``Place/rankOnNode`` 0) states the size, the others pass nil.
  /// - Parameter isCleared: whether it is filled with zeros; else the system takes pages for it only as they are
  ///   written.
  func sharedMemory(byteCount: Int?, isCleared: Bool) throws -> UnsafeMutableRawBufferPointer
  /// Returns after every rank of this node has called it; makes writes to shared memory visible.
  func nodeBarrier() throws
  /// Makes groups of these ranks: all that name the same color become a cluster of their own; nil for a rank that names
  /// none.
  ///
  /// Ranks keep their order and their nodes; a group counts both from 0. It can do all that this cluster can, and be
  /// split again. What its ranks tell each other, an ``AgreedFailure`` too, no other rank hears: where all are to know
  /// of it, they agree once more here.
  ///
  /// Signs of life are the run's, not the group's. The watchdog of the whole (``startWatchdog(seconds:)``) sees a rank
  /// that waits or shows progress in any group of any depth, and a rank that falls silent in one ends the run under the
  /// number that the whole gives it. Requests to stop come to processes, so a group hears of them as the whole does: by
  /// the control words of its steps.
  ///
  /// While groups are open, this cluster may be used again as soon as no group works: each rank comes to a method of
  /// this cluster between two calls of its group, never with an exchange of the group under way, and all come, those
  /// without a group too. Who comes early waits, and is seen to wait. A cluster and all its groups are handed to one
  /// thread at a time, together. Groups are closed before the cluster that they were made from, in any order among
  /// themselves.
  ///
  /// - Parameter color: any number; nil: this rank takes no part.
  func split(color: Int?) throws -> (any Cluster)?
  /// Gives everything back that this cluster has taken: communicators, shared memory, prepared messages.
  ///
  /// The cluster's last use: a collective method that is called after it, or this one while groups are open, is a
  /// precondition failure. Exchanges that were made from it are not started any more, and what it shared is no memory
  /// any more.
  func close() throws
  /// Messages between these ranks, apart from all others.
  ///
  /// Collective: all ranks make theirs in the same order.
  func makeTransport() throws -> any Transport
  /// From now on a rank that has been silent for so many seconds, while others wait for it, ends the run with exit code
  /// 69; 0: never.
  ///
  /// Silent is a rank that neither waits for others nor shows progress: by another ``phaseMark`` or by
  /// ``showProgress()``. Collective. Started for the whole, it watches all groups too; on a group it does nothing.
  func startWatchdog(seconds: Double) throws
  /// Where this rank notes what it does; nobody sees it before ``startWatchdog(seconds:)``.
  var phaseMark: PhaseMark { get }
  /// Notes what this rank begins to do outside of steps, and tells the other nodes so. Not collective.
  func enter(_ phase: RankPhase)
  /// Shows that this rank makes progress in work that others may wait long for: once for each block of it, some 10 ns.
  ///
  /// Not collective; called by the thread that has the cluster.
  func showProgress()
  /// Tells the other nodes, now and then, when the ranks of this one last showed progress.
  ///
  /// Not collective; called by the thread that has the cluster while another one of this rank works and renews
  /// ``phaseMark``.
  func relaySigns()
}

extension Cluster {
  package var library: String? { nil }
  /// Memory that all ranks of this node share, filled with zeros.
  package func sharedMemory(byteCount: Int?) throws -> UnsafeMutableRawBufferPointer {
    try sharedMemory(byteCount: byteCount, isCleared: true)
  }
  package func startWatchdog(seconds: Double) throws {}
  package var phaseMark: PhaseMark { PhaseMark() }
  package func enter(_ phase: RankPhase) {}
  package func showProgress() {}
  package func relaySigns() {}
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

  /// The place of one of the ranks of some nodes.
  ///
  /// - Parameter nodes: the ranks of each; this one is among them.
  package init(host: String, rank: Int, nodes: [[Int]]) {
    let node = nodes.firstIndex { $0.contains(rank) } ?? 0
    self.init(
      host: host, rankOnNode: nodes[node].firstIndex(of: rank) ?? 0, ranksOnNode: nodes[node].count, node: node,
      nodeCount: nodes.count)
  }
}
