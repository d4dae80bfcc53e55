import Glibc
import Synchronization
import Testing

@testable import Platform

@Suite struct CoreCrewTests {
  /// Calls share work out among themselves; each ends, and none is on a core that is not the crew's.
  @Test(arguments: [1, 2, 3, 9])
  func callsShareWork(_ threads: Int) {
    let cores = Affinity.cores(), crew = CoreCrew(cores), next = Atomic<Int>(0), calls = Atomic<Int>(0)
    var sums = [Int](repeating: 0, count: 1000)
    sums.withUnsafeMutableBufferPointer { sums in
      crew.run(threads: threads) {
        calls.wrappingAdd(1, ordering: .relaxed)
        while true {
          let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard item < sums.count else { return }
          sums[item] = item + (Set(Affinity.cores()).isSubset(of: cores) ? 1 : 0)
        }
      }
    }
    #expect(sums == Array(1...1000))
    let count = calls.load(ordering: .relaxed)
    #expect((1...max(1, min(threads, cores.count))).contains(count))
  }

  /// A core that the machine does not have is no reason not to do the work.
  @Test func aCoreThatIsNotThere() {
    let calls = Atomic<Int>(0)
    CoreCrew([1000, 1001]).run(threads: 2) { calls.wrappingAdd(1, ordering: .relaxed) }
    let count = calls.load(ordering: .relaxed)
    #expect(count == 1)
    // The thread that calls keeps its own cores.
    let before = Affinity.cores()
    CoreCrew([before[0], 1000]).run(threads: 2) {}
    #expect(Affinity.cores() == before)
  }
}
