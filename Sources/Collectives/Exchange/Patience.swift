internal import Glibc

/// How to wait for other ranks: spin as long as an answer is likely, then give the core to somebody who can use it.
///
/// As in the MPI room: 20 µs of spinning, then the core is offered between any two looks, after 1 ms with naps of 50 µs.
struct Patience {
  private var start: UInt64 = 0
  private var looks = 0

  /// Called between two looks.
  ///
  /// - Returns: seconds since the first look, as soon as they matter.
  @discardableResult
  mutating func pause() -> Double {
    looks += 1
    if looks == 1 { start = nanoseconds() }
    guard looks > 16 else { return 0 }
    let elapsed = nanoseconds() - start
    defer { if elapsed > 1_000_000 { usleep(50) } else if elapsed > 20_000 { sched_yield() } }
    return Double(elapsed) * 1e-9
  }

  private func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
