import Specs
import TestSupport
import Testing

@testable import ModelSelection

/// Folds: each row judges once, folds are as even as they can be, and what has to stay together does.
@Suite struct FoldPlanTests {
  /// Rules over some numbers of rows, drawn anew.
  private static func rules(_ rows: Int, _ generator: inout TestGenerator) -> [FoldRule] {
    let groups = max(2, rows / 3), times = max(2, rows / 2)
    return [
      .rows, .classes((0..<rows).map { _ in Int.random(in: 0..<3, using: &generator) }),
      .groups(
        (0..<rows).map { $0 < groups ? $0 : Int.random(in: 0..<groups, using: &generator) }, count: groups),
      .time((0..<rows).map { $0 < times ? $0 : Int.random(in: 0..<times, using: &generator) }, count: times),
    ]
  }

  @Test("battery: rows, classes, groups and times, with rows that watch and without")
  func battery() throws {
    var generator = TestGenerator(state: 3)
    for rows in [40, 61, 200] {
      for rule in Self.rules(rows, &generator) {
        for count in [2, 3, 5] {
          let plan = try FoldPlan(rows: rows, count: count, rule: rule)
          let seed = UInt64.random(in: 0..<1 << 53, using: &generator)
          let folds = try (0..<count).map { try plan.fold($0, seed: seed) }
          let tested = folds.flatMap(\.test)
          #expect(Set(tested).count == tested.count, "\(rule.word): a row judges twice")
          if rule.word != "time" { #expect(tested.count == rows) }
          for (index, fold) in folds.enumerated() {
            #expect(Set(fold.train).isDisjoint(with: fold.test) && !fold.train.isEmpty && !fold.test.isEmpty)
            #expect(fold.train == fold.train.sorted() && fold.test == fold.test.sorted())
            let watched = try plan.fold(index, seed: seed, watched: 0.2)
            #expect(watched.test == fold.test && !watched.validation.isEmpty)
            #expect((watched.train + watched.validation).sorted() == fold.train)
            check(rule, fold)
            check(rule, Fold(train: watched.train, validation: [], test: watched.validation))
          }
          evenness(rule, folds, rows: rows)
        }
      }
    }
  }

  /// Groups stay whole, and no row is judged by what comes after it.
  private func check(_ rule: FoldRule, _ fold: Fold) {
    switch rule {
    case .groups(let groups, _):
      #expect(Set(fold.train.map { groups[$0] }).isDisjoint(with: fold.test.map { groups[$0] }))
    case .time(let times, _):
      #expect((fold.train.map { times[$0] }.max() ?? 0) < (fold.test.map { times[$0] }.min() ?? 0))
    default: break
    }
  }

  private func evenness(_ rule: FoldRule, _ folds: [Fold], rows: Int) {
    func spread(_ counts: [Int]) -> Int { (counts.max() ?? 0) - (counts.min() ?? 0) }
    switch rule {
    case .rows: #expect(spread(folds.map(\.test.count)) <= 1)
    case .classes(let classes):
      #expect(spread(folds.map(\.test.count)) <= 1)
      for index in 0..<3 { #expect(spread(folds.map { $0.test.count { classes[$0] == index } }) <= 1) }
    default: break
    }
  }

  @Test("each seed has folds of its own, and the same seed the same")
  func seeds() throws {
    let plan = try FoldPlan(rows: 60, count: 5, rule: .rows)
    let seeds = (0..<20).map { RepeatSeed.of(42, repeat: $0) }
    #expect(Set(seeds).count == 20 && seeds.allSatisfy { $0 < 1 << 53 })
    #expect(seeds == (0..<20).map { RepeatSeed.of(42, repeat: $0) })
    let hashes = try seeds.map { try plan.fold(0, seed: $0).hash }
    #expect(Set(hashes).count == 20)
    #expect(try plan.fold(0, seed: seeds[3]).hash == hashes[3])
    #expect(Set(seeds).isDisjoint(with: (0..<20).map { RepeatSeed.of(43, repeat: $0) }))
    let trainings = (0..<20).flatMap { cycle in (0..<5).map { RepeatSeed.of(42, repeat: cycle, fold: $0) } }
    #expect(Set(trainings + seeds).count == 120 && trainings.allSatisfy { $0 < 1 << 53 })
  }

  @Test("spans of time: each has a time, whatever the numbers of rows")
  func spans() {
    var generator = TestGenerator(state: 9)
    for _ in 0..<300 {
      let count = Int.random(in: 2...12, using: &generator), spans = Int.random(in: 2...count, using: &generator)
      let times = (0..<count).flatMap { time in
        [Int](repeating: time, count: Int.random(in: 1...(Bool.random(using: &generator) ? 2 : 40), using: &generator))
      }
      let found = TimeSpans(times, count: count, spans: spans).span
      #expect(found == found.sorted() && Set(found) == Set(0..<spans), "\(times): \(found)")
    }
  }

  @Test("what cannot be cut is a sentence")
  func sentences() {
    func sentence(_ rows: Int, _ count: Int, _ rule: FoldRule) -> String {
      do {
        _ = try FoldPlan(rows: rows, count: count, rule: rule, column: "column 'g'")
        return "none"
      } catch { return error.sentence }
    }
    #expect(sentence(9, 1, .rows).contains("give 2 or more"))
    #expect(sentence(9, 10, .rows).contains("there are 9 rows to cut"))
    #expect(sentence(9, 3, .groups([0, 1, 0, 1, 0, 1, 0, 1, 0], count: 2)).contains("has 2 groups, and 3 folds"))
    #expect(sentence(4, 2, .groups([0, 1, 2, 3], count: 4)).contains("groups of one member keep nothing together"))
    #expect(
      sentence(4, 2, .time([0, 1, 0, 1], count: 2)).contains("has 2 different values, and 2 folds in time need 3"))
    #expect(sentence(9, 9, .rows) == "none")
  }
}
