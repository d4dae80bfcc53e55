internal import Platform

/// Measures where the time of steps goes, for ``StepTimes`` and a trace.
///
/// The calls of a step, in order: ``begin()``, ``hasComputed(fetching:waiting:)``, then ``hasArrived()`` after what was waited for and
/// ``hasUpdated()`` after work, and ``hasExchanged(slowest:)`` once nothing is waited for any more. Allocates nothing.
final class StepClock {
  private(set) var times = StepTimes()
  var trace: TraceRecorder?
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
    trace?.record(.compute, from: start, to: computed)
  }

  /// What was waited for is there.
  ///
  /// - Parameter isTraced: whether it stands in the trace.
  func hasArrived(isTraced: Bool = true) {
    let now = Clock.now()
    if isTraced { trace?.record(.exchange, from: mark, to: now) }
    waited += now - mark
    mark = now
  }

  /// Some work on the update is done.
  func hasUpdated() {
    let now = Clock.now()
    trace?.record(.update, from: mark, to: now)
    times.update += now - mark
    mark = now
  }

  /// All ranks start a step together, so the longest computation of any is when all were there: what was waited for until then is
  /// waiting, the rest communication.
  ///
  /// - Parameter slowest: seconds that the slowest rank computed.
  func hasExchanged(slowest: Double) {
    let wait = min(max(0, slowest - (computed - start)), waited)
    times.wait += wait
    times.communicate += waited - wait
  }
}
