internal import Collectives
internal import Platform

/// What the ranks of a node tell each other while trainings are under way: which is next, how many have come to their
/// place, how far the others are, whether to stop.
struct StageBoard: Sendable {
  /// Ticks of a training from its start to its place.
  static let ticks = 64

  private let tickets: SharedTickets
  private let over: SharedTickets
  private let progress: SharedTickets
  private let stop: SharedFlag

  /// Collective over the ranks of the cluster.
  init(_ cluster: any Cluster) throws {
    let line = SharedTickets.byteCount
    let place = try cluster.sharedMemory(byteCount: cluster.place.rankOnNode == 0 ? 4 * line : nil)
    guard let base = place.baseAddress else { preconditionFailure("shared memory has a place") }
    (tickets, over) = (SharedTickets(base), SharedTickets(base + line))
    (progress, stop) = (SharedTickets(base + 2 * line), SharedFlag(base + 3 * line))
  }

  /// Begins a phase; collective.
  ///
  /// - Parameter isStage: whether a stage begins with it.
  func reset(_ cluster: any Cluster, isStage: Bool) throws {
    // Nobody takes a number of the last time any more.
    try cluster.nodeBarrier()
    if cluster.place.rankOnNode == 0 {
      tickets.reset()
      over.reset()
      if isStage {
        progress.reset()
        stop.raise(to: 0)
      }
    }
    try cluster.nodeBarrier()
  }

  /// The place of the next training among those of this node.
  func take() -> Int { tickets.take() }

  func noteEnd() { _ = over.take() }

  /// Trainings of this node that have come to their place in this phase.
  var ended: Int { over.taken }

  func tick() { _ = progress.take() }

  /// Ticks of this node in this stage.
  var ticked: Int { progress.taken }

  /// Lets nobody on this node begin another training, and pauses those under way.
  func raiseStop() { stop.raise(to: 1) }

  var isStopped: Bool { stop.value != 0 }
}
