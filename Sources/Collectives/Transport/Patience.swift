internal import Glibc
internal import Platform

/// How to wait for other ranks: spin as long as an answer is likely, then give the core to somebody who can use it.
///
/// As in the MPI room: 20 µs of spinning, then the core is offered between any two looks, after 1 ms with naps of 50
/// µs.
struct Patience {
  private var start = 0.0
  private var looks = 0

  /// Called between two looks.
  ///
  /// - Returns: seconds since the first look, as soon as they matter.
  @discardableResult
  mutating func pause() -> Double {
    looks += 1
    if looks == 1 { start = Clock.now() }
    guard looks > 16 else { return 0 }
    let elapsed = Clock.now() - start
    defer { if elapsed > 1e-3 { usleep(50) } else if elapsed > 20e-6 { sched_yield() } }
    return elapsed
  }
}
