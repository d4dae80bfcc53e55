import TestSupport
import Testing

@testable import ModelSelection

/// Who trains what: nobody is left out, nobody is in two places, the longest training gets the ranks that are free,
/// and nothing flaps.
@Suite struct StagePlannerTests {
  private static func task(_ index: Int, steps: Double = 100, cost: Double = 1, shards: Int = 8) -> StageTask {
    StageTask(
      index: index, rung: 0, budget: .steps(Int(steps)), isLast: true, steps: steps, cost: cost, shards: shards)
  }

  private static func planner(_ ranks: Int, threads: Int = 1) -> StagePlanner {
    StagePlanner(ranks: ranks, threads: threads, nodes: 1)
  }

  @Test("more trainings than ranks: each takes one after the other, the longest first, until fewer than ranks are left")
  func queue() {
    let tasks = [
      Self.task(3, cost: 1), Self.task(5, cost: 9), Self.task(6, cost: 9), Self.task(8, steps: 900, cost: 2),
    ]
    let phase = Self.planner(3).phase(tasks)
    #expect(phase.queue == [8, 5, 6, 3] && phase.groups.isEmpty && phase.workers == 1 && phase.joinsBelow == 2)
    // One rank alone has nobody to join, and pauses for nothing.
    #expect(Self.planner(1).phase(tasks).joinsBelow == 0)
    // Nor does a training that has one piece for each batch.
    let whole = tasks.map { Self.task($0.index, shards: 1) }
    #expect(Self.planner(3).phase(whole).joinsBelow == 0)
  }

  @Test("workers of a rank that are done give their threads to trainings still running")
  func threads() {
    let tasks = (0..<9).map { Self.task($0) }
    let phase = Self.planner(1, threads: 4).phase(tasks)
    #expect(phase.workers == 4 && phase.threads == 1 && phase.joinsBelow == 2)
    let next = Self.planner(1, threads: 4).phase(Array(tasks[..<2]))
    #expect(next.workers == 2 && next.threads == 2 && next.joinsBelow == 1)
    let last = Self.planner(1, threads: 4).phase([tasks[0]])
    #expect(last.groups == [0] && last.threads == 4 && last.growing.isEmpty)
  }

  @Test("fewer trainings than ranks: every rank is in a group, and the longest training has the largest")
  func groups() {
    let phase = Self.planner(4).phase([Self.task(2, cost: 1), Self.task(4, cost: 20)])
    #expect(phase.groups == [2, 4, 4, 4] && phase.growing == [2, 4])
    #expect(Self.planner(4).phase([Self.task(7)]).groups == [7, 7, 7, 7])
    #expect(Self.planner(4).phase([Self.task(7, shards: 2)]).groups == [7, 7, nil, nil])
    #expect(Self.planner(4).phase([Self.task(7, shards: 2)]).growing.isEmpty)
  }

  @Test("what was measured counts: a group that has made a training slower is not made again")
  func measured() {
    var planner = Self.planner(4)
    planner.known[1] = .init(steps: 10, seconds: [1: 0.01, 4: 0.02], tooMany: 4)
    let phase = planner.phase([Self.task(1)])
    #expect(phase.groups == [1, 1, nil, nil])
    #expect(phase.limits[0] == 0.01 * StagePlanner.slack)
    planner.known[1] = .init(steps: 10, seconds: [1: 0.01, 2: 0.012, 4: 0.02], tooMany: 2)
    #expect(planner.phase([Self.task(1)]).groups == [1, nil, nil, nil])
    // Where a rank's own threads are too many no group is better, and none is left for that.
    var threaded = Self.planner(1, threads: 4)
    threaded.known[1] = .init(steps: 10, seconds: [1: 0.01, 4: 0.02], tooMany: 4)
    #expect(threaded.phase([Self.task(1)]).limits == [.infinity])
    // A training of which much is done is the shorter one.
    planner.known = [1: .init(steps: 90, seconds: [1: 0.01]), 2: .init(steps: 0, seconds: [1: 0.01])]
    #expect(planner.phase([Self.task(1), Self.task(2)]).groups == [1, 2, 2, 2])
    let five = (1...5).map { Self.task($0) }
    #expect(planner.phase(five).queue.last == 1)
  }

  @Test("random ends: every training comes to its place after no more phases than there are trainings and sizes")
  func ends() {
    var generator = TestGenerator(state: 3)
    for _ in 0..<300 {
      let ranks = Int.random(in: 1...9, using: &generator), threads = Int.random(in: 1...4, using: &generator)
      var planner = Self.planner(ranks, threads: threads)
      var left = (0..<Int.random(in: 1...20, using: &generator)).map {
        Self.task($0, cost: .random(in: 1...50, using: &generator), shards: .random(in: 1...8, using: &generator))
      }
      var phases = 0
      while !left.isEmpty {
        phases += 1
        let phase = planner.phase(left)
        if phase.groups.isEmpty {
          let all = left.map(\.index)
          #expect(phase.queue.sorted() == all && phase.joinsBelow < left.count)
          #expect(phase.workers * phase.threads <= threads)
          left = left.filter { phase.queue.suffix(phase.joinsBelow).contains($0.index) }
        } else {
          let named = Set(phase.groups.compactMap { $0 }), all = Set(left.map(\.index))
          #expect(named == all)
          #expect(phase.groups.count == ranks && phase.limits.count == ranks)
          for task in left where phase.growing.contains(task.index) {
            let size = phase.groups.filter { $0 == task.index }.count
            planner.known[task.index, default: .init()].note(
              .random(in: 1...2, using: &generator), workers: size * threads, cost: task.cost,
              isTooLarge: .random(using: &generator))
          }
          let first = left[0].index
          left.removeAll { !phase.growing.contains($0.index) || $0.index == first }
        }
        #expect(phases < 50)
        if phases >= 50 { break }
      }
    }
  }
}
