internal import CPlatform

/// Threads on cores of this machine that the process itself may not be bound to: those of other processes of a run,
/// which wait.
package struct CoreCrew: Sendable, Equatable {
  /// The cores of all its threads.
  package let cores: [Int]

  /// - Parameter cores: one or more.
  package init(_ cores: [Int]) {
    precondition(!cores.isEmpty && cores.allSatisfy { $0 >= 0 }, "a crew has cores")
    self.cores = Array(Set(cores)).sorted()
  }

  /// Calls a body at the same time on the calling thread and on others, and returns when all calls have.
  ///
  /// Where threads or cores are refused it is called less often, at least once: so calls share work out among
  /// themselves. A body may write through pointers only to what no other call touches.
  /// - Parameters:
  ///   - threads: calls at most, of which there are no more than cores.
  ///   - body: does not know which call it is.
  package func run(threads: Int, _ body: () -> Void) {
    let count = min(threads, cores.count)
    guard count > 1, let last = cores.last else { return body() }
    var allowed = [UInt8](repeating: 0, count: last + 1)
    for core in cores { allowed[core] = 1 }
    withoutActuallyEscaping(body) { body in
      var call = Call(body: body)
      withUnsafeMutablePointer(to: &call) { call in
        ck_crew(
          Int32(clamping: count - 1), allowed, Int32(clamping: allowed.count),
          { $0.assumingMemoryBound(to: Call.self).pointee.body() }, call)
      }
    }
  }

  private struct Call { let body: () -> Void }
}
