internal import Collectives
internal import Platform

/// What the ranks of a node tell each other while each of them trains by itself: which training is next, how many are
/// over, whether to stop.
struct TrialBoard {
  private let tickets: SharedTickets
  private let over: SharedTickets
  private let stop: SharedFlag

  /// Collective over the ranks of the cluster.
  init(_ cluster: any Cluster) throws {
    let line = SharedTickets.byteCount
    let place = try cluster.sharedMemory(byteCount: cluster.place.rankOnNode == 0 ? 3 * line : nil)
    guard let base = place.baseAddress else { preconditionFailure("shared memory has a place") }
    (tickets, over, stop) = (SharedTickets(base), SharedTickets(base + line), SharedFlag(base + 2 * line))
  }

  /// Begins anew; collective.
  func reset(_ cluster: any Cluster) throws {
    // Nobody takes a number of the last time any more.
    try cluster.nodeBarrier()
    if cluster.place.rankOnNode == 0 {
      tickets.reset()
      over.reset()
      stop.raise(to: 0)
    }
    try cluster.nodeBarrier()
  }

  /// The place of the next training among those of this node.
  func take() -> Int { tickets.take() }

  func noteEnd() { _ = over.take() }

  /// Trainings of this node that are over.
  var ended: Int { over.taken }

  /// Lets nobody on this node begin another training, and ends those under way.
  func raiseStop() { stop.raise(to: 1) }

  var isStopped: Bool { stop.value != 0 }
}
