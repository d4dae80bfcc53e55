internal import Glibc

/// Time that never runs backwards.
package enum Clock {
  /// Seconds since some fixed moment.
  package static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
