internal import Collectives
internal import MPI

/// The signs of life of this process, which the whole and all its groups have in common.
///
/// Whoever waits, in whatever group, calls the one roll of all ranks; so a rank that works in a group is seen by those
/// who wait for it elsewhere, and one that falls silent there is named by the number that the whole gives it.
final class Watchdog: WaitObserver {
  private var rollCall: RollCall?
  /// Where this rank notes what it does; nobody sees it before ``start(_:mark:)``.
  private(set) var mark = PhaseMark()

  var isOn: Bool { rollCall != nil }

  /// From now on waits are watched.
  func start(_ call: RollCall, mark: PhaseMark) {
    rollCall = call
    self.mark = mark
  }

  func waited(seconds: Double) { rollCall?.waited(seconds: seconds) }

  /// Tells the other nodes what this rank sees of its own, from time to time; now where that is news.
  func relay(isNews: Bool = false) { rollCall?.relay(isNews: isNews) }

  /// Collective over the whole: from now on nothing is watched, and the memory of marks may go.
  func close() throws {
    let call = rollCall
    rollCall = nil
    mark = PhaseMark()
    try call?.close()
  }
}
