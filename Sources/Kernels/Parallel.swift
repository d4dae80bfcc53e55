import Dispatch
import Synchronization

// The one file with unsafe parallel loops. A body may write through pointers only to what its worker, item or range
// owns; neither the compiler nor anything else checks that.

/// Calls `body` once for each worker in `0..<workers`, all of them at the same time where cores allow, and returns when
/// the last has returned.
///
/// Each call flushes denormals on its thread, and puts the thread's mode back: the calling thread reads and writes
/// texts as well, in which 5e-324 is a number, and a thread of Dispatch's pool serves others next. One worker runs
/// inline on the calling thread. Bodies must not wait for each other: with fewer free cores than workers one may start
/// only after another has ended.
/// - Parameters:
///   - workers: 1 or more.
///   - body: Called with a worker in `0..<workers`.
package func parallel(workers: Int, _ body: (_ worker: Int) -> Void) {
  precondition(workers >= 1, "a parallel loop needs at least one worker")
  guard workers > 1 else {
    Denormals.flushing { body(0) }
    return
  }
  uncheckedLoop.run(workers, body)
}

@Sendable private func checkedLoop(workers: Int, _ body: @Sendable (Int) -> Void) {
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    Denormals.flushing { body(worker) }
  }
}

private struct CheckedLoop: Sendable {
  let run: @Sendable (Int, @Sendable (Int) -> Void) -> Void
}

private struct UncheckedLoop: Sendable {
  let run: @Sendable (Int, (Int) -> Void) -> Void
}

/// `checkedLoop` without its demand that the body be sendable: what the body shares is the caller's promise.
///
/// Sendability leaves no trace in a compiled function, so only the type is cast. Casting the body instead would take
/// `withoutActuallyEscaping`, which allocates three times per loop; casting a bare function adds a thunk, which
/// allocates once; a member of a struct takes neither.
private let uncheckedLoop = unsafeBitCast(CheckedLoop(run: checkedLoop), to: UncheckedLoop.self)

/// Hands out items to workers in ascending order.
///
/// Make it once and use it for every loop.
///
/// A queue runs one loop at a time.
package final class WorkQueue: Sendable {
  private let next = Atomic<Int>(0)
  private let isRunning = Atomic<Bool>(false)

  package init() {}

  /// Calls `body` once for each item in `0..<count`; whichever worker is free takes the next item.
  ///
  /// Results must not depend on which worker takes an item: `worker` is for choosing scratch memory.
  /// - Parameters:
  ///   - count: Number of items, 0 or more.
  ///   - workers: Number of workers, 1 or more.
  ///   - body: Called with an item and a worker in `0..<workers`; two calls at the same time have different workers.
  package func parallelItems(count: Int, workers: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
    let workers = max(1, min(workers, count))
    guard workers > 1 else { return oneByOne(count, body) }
    let wasRunning = isRunning.exchange(true, ordering: .acquiringAndReleasing)
    precondition(!wasRunning, "a WorkQueue runs one loop at a time")
    defer { isRunning.store(false, ordering: .releasing) }
    next.store(0, ordering: .relaxed)
    parallel(workers: workers) { worker in
      while true {
        let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard item < count else { return }
        body(item, worker)
      }
    }
  }

  /// A loop of one worker, which need not ask what is next: that takes longer than the smallest items.
  private func oneByOne(_ count: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
    precondition(!isRunning.load(ordering: .acquiring), "a WorkQueue runs one loop at a time")
    isRunning.store(true, ordering: .relaxed)
    defer { isRunning.store(false, ordering: .releasing) }
    parallel(workers: 1) { worker in
      for item in 0..<count { body(item, worker) }
    }
  }

  /// Calls `body` on consecutive ranges that cover `0..<count`.
  ///
  /// The borders are multiples of `grain`, whatever the number of workers.
  /// - Parameters:
  ///   - count: Number of elements, 0 or more.
  ///   - grain: Elements in a range (the last may be shorter), 1 or more.
  ///   - workers: Number of workers, 1 or more.
  ///   - body: Called with a range and a worker in `0..<workers`; two calls at the same time have different workers.
  package func parallelRanges(
    count: Int, grain: Int, workers: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    precondition(grain >= 1, "a range needs at least one element")
    let rangeCount = (count + grain - 1) / grain
    parallelItems(count: rangeCount, workers: workers) { item, worker in
      let start = item * grain
      body(start..<min(start + grain, count), worker)
    }
  }
}
