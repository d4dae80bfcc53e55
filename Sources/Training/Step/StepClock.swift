internal import Platform

/// Measures where the time of steps goes, for ``StepTimes`` and for who hears of work.
///
/// The calls of a step, in order: ``begin()``, ``hasComputed(fetching:waiting:)``, then ``hasArrived()`` after what was
/// waited for and ``hasUpdated()`` after work, and ``hasExchanged(slowest:)`` once nothing is waited for any more.
/// Allocates nothing.
final class StepClock {
  private(set) var times = StepTimes()
  /// Hears what the rank did between which two times.
  var tellOfWork: ((_ work: RankWork, _ begin: Double, _ end: Double) -> Void)?
  private var start = 0.0
  private var computed = 0.0
  /// The end of what was noted last.
  private var mark = 0.0
  private var waited = 0.0

  /// - Returns: the time at which the step begins.
  func begin() -> Double {
    start = Clock.now()
    waited = 0
    return start
  }

  /// All gradients of this rank are there.
  ///
  /// - Parameters:
  ///   - seconds: of that for fetching samples.
  ///   - waiting: of that for sums of other ranks.
  func hasComputed(fetching seconds: Double, waiting: Double) {
    computed = Clock.now()
    mark = computed
    // As if all waiting had come at the end.
    start += waiting
    waited += waiting
    times.data += seconds
    times.compute += computed - start - seconds
    tellOfWork?(.compute, start, computed)
  }

  /// What was waited for is there.
  ///
  /// - Parameter isTold: whether sinks hear of it.
  func hasArrived(isTold: Bool = true) {
    let now = Clock.now()
    if isTold { tellOfWork?(.exchange, mark, now) }
    waited += now - mark
    mark = now
  }

  /// Some work on the update is done.
  func hasUpdated() {
    let now = Clock.now()
    tellOfWork?(.update, mark, now)
    times.update += now - mark
    mark = now
  }

  /// All ranks start a step together, so the longest computation of any is when all were there: what was waited for
  /// until then is waiting, the rest communication.
  ///
  /// - Parameter slowest: seconds that the slowest rank computed.
  func hasExchanged(slowest: Double) {
    let wait = min(max(0, slowest - (computed - start)), waited)
    times.wait += wait
    times.communicate += waited - wait
  }
}
