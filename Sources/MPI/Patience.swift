internal import Glibc

/// How to wait for other ranks: spin as long as an answer is likely, then give the core to somebody who can use it.
///
/// Ranks may share a core. The rank waited for can then not run before this one lets go, so the spin is short (20 µs, a
/// few network latencies); after that the core is offered between any two tests, and after 1 ms of waiting the thread
/// also sleeps: the longer the later an answer comes, so that who waits for a file to be read leaves the core to who
/// reads.
enum Patience {
  /// Seconds of spinning.
  private static let spin = 20e-6
  /// Seconds until yielding turns into sleeping.
  private static let yield = 1e-3
  /// Microseconds of one sleep at least and at most: a 400th of the time that was waited.
  private static let nap = 50.0, longNap = 1000.0

  /// Calls `isDone` until it says true, and tells an observer when that takes long.
  @inline(__always)
  static func wait(
    _ observer: (any WaitObserver)? = nil, until isDone: () throws(MPIError) -> Bool
  ) throws(MPIError) {
    if try isDone() { return }
    let start = wallTime()
    var elapsed = 0.0
    while try !isDone() {
      if elapsed > yield {
        usleep(UInt32(min(longNap, max(nap, elapsed * 1e6 / 400))))
        observer?.waited(seconds: elapsed)
      } else if elapsed > spin {
        sched_yield()
      }
      elapsed = wallTime() - start
    }
  }
}
