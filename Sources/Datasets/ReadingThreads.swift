internal import Kernels
internal import Platform
internal import Synchronization

/// The threads that read a source at the same time; what is read does not depend on how many they are.
final class ReadingThreads: Sendable {
  /// Calls at the same time at most.
  let count: Int
  /// Cores of other ranks too; nil: the process's own alone.
  private let crew: CoreCrew?
  private let queue = WorkQueue()
  private let next = Atomic<Int>(0), worker = Atomic<Int>(0)

  init(_ count: Int, crew: CoreCrew? = nil) { (self.count, self.crew) = (max(1, count), crew) }

  /// Calls a body for items, with denormals as they are: whichever thread is free takes the next item.
  ///
  /// - Parameter body: called with an item and a worker in `0..<count`; two calls at the same time have different
  ///   workers. It may write through pointers only to what its item or worker owns.
  func forEach(_ items: Int, _ body: (_ item: Int, _ worker: Int) -> Void) {
    guard items > 1, let crew else {
      return queue.parallelItems(count: items, workers: count) { item, worker in
        Denormals.keeping { body(item, worker) }
      }
    }
    next.store(0, ordering: .relaxed)
    worker.store(0, ordering: .relaxed)
    crew.run(threads: min(count, items)) {
      let own = worker.wrappingAdd(1, ordering: .relaxed).oldValue
      Denormals.keeping {
        while true {
          let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard item < items else { return }
          body(item, own)
        }
      }
    }
  }
}
