internal import Glibc

/// The two clocks there are: one that never runs backwards, and the calendar's.
package enum Clock {
  /// Seconds since some fixed moment.
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds since 1970, which somebody may set back: for comparisons with what other programs say, as a batch system's
  /// deadline.
  package static func date() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
