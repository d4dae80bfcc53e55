import Specs
import TestSupport
import Testing

@testable import ModelSelection

/// Successive halving and Hyperband: sizes and budgets in whole numbers, and who goes on.
@Suite struct HalvingTests {
  private static func pairs(_ bracket: Bracket) -> [[Int]] { bracket.rungs.map { [$0.entrants, $0.budget.count] } }

  @Test("the example of Hyperband's paper: R = 81, eta = 3, by its Algorithm 1")
  func paper() throws {
    let brackets = try #require(HalvingSchedule(whole: 81, eta: 3, least: 1).hyperband(.epochs(81)))
    #expect(
      brackets.map(Self.pairs) == [
        [[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]], [[34, 3], [11, 9], [3, 27], [1, 81]],
        [[15, 9], [5, 27], [1, 81]], [[8, 27], [2, 81]], [[5, 81]],
      ])
    #expect(brackets.map(\.trials) == [0..<81, 81..<115, 115..<130, 130..<138, 138..<143])
    #expect(brackets[0].words == "81 trials to 1 epoch, 27 to 3, 9 to 9, 3 to 27, 1 to 81")
    #expect(brackets[0].cost == 81 + 27 * 2 + 9 * 6 + 3 * 18 + 54)
    #expect(HalvingSchedule(whole: 81, eta: 3, least: nil).hyperband(.epochs(81)) == brackets)
    // Whole numbers where a logarithm of doubles is off: log 243 / log 3 < 5.
    #expect(HalvingSchedule(whole: 243, eta: 3, least: 1).most == 5)
    #expect(HalvingSchedule(whole: 1000, eta: 10, least: 1).most == 3)
    #expect(HalvingSchedule(whole: 242, eta: 3, least: 1).most == 4)
  }

  @Test("battery: budgets grow to the whole, sizes shrink by eta, and no bracket takes more than it may")
  func battery() throws {
    var generator = TestGenerator(state: 21)
    for _ in 0..<2000 {
      let whole = Int.random(in: 1...5000, using: &generator), eta = Int.random(in: 2...7, using: &generator)
      let least = Bool.random(using: &generator) ? nil : Int.random(in: 1...whole, using: &generator)
      let schedule = HalvingSchedule(whole: whole, eta: eta, least: least)
      let brackets = try #require(schedule.hyperband(.steps(whole)))
      #expect(brackets.count == schedule.most + 1)
      var next = 0
      for (number, bracket) in brackets.enumerated() {
        #expect(bracket.trials.lowerBound == next && bracket.trials.count == bracket.rungs[0].entrants)
        next = bracket.trials.upperBound
        check(bracket, number, whole: whole, eta: eta, least: least ?? 1)
        // Li and others give each bracket (s + 1) R, to rounding: a rung is at most n / eta^i · R / eta^(s − i).
        let paper = bracket.rungs.reduce(0) { $0 + $1.entrants * $1.budget.count }, halvings = bracket.rungs.count - 1
        let most = Double(bracket.trials.count) / Double(schedule.trials(halvings: halvings) ?? 0)
        #expect(Double(paper) <= most * Double(bracket.rungs.count * whole) + 1e-6)
        #expect(bracket.cost <= paper)
      }
      let trials = Int.random(in: eta...500, using: &generator), halvings = schedule.halvings(trials: trials)
      let rungs = schedule.rungs(bracket: 0, trials: trials, halvings: halvings, unit: .steps(whole))
      check(Bracket(trials: 0..<trials, rungs: rungs), 0, whole: whole, eta: eta, least: least ?? 1)
    }
  }

  private func check(_ bracket: Bracket, _ number: Int, whole: Int, eta: Int, least: Int) {
    #expect(bracket.rungs.last?.budget == .steps(whole) && bracket.rungs.last?.survivors == 0)
    #expect(bracket.rungs[0].budget.count >= least)
    for (index, rung) in bracket.rungs.enumerated() {
      #expect(rung.index == index && rung.bracket == number && rung.entrants >= 1)
      guard index + 1 < bracket.rungs.count else { continue }
      let next = bracket.rungs[index + 1]
      #expect(next.entrants == rung.survivors && next.entrants == rung.entrants / eta)
      #expect(next.budget.count >= eta * rung.budget.count)
      #expect(next.budget.count < eta * (rung.budget.count + 1))
    }
  }

  @Test("survivors of random values: the best, ties by number, none without a value")
  func survivors() {
    var generator = TestGenerator(state: 4)
    for _ in 0..<3000 {
      let count = Int.random(in: 1...30, using: &generator), places = Int.random(in: 0...count, using: &generator)
      let first = Int.random(in: 0...100, using: &generator), isMore = Bool.random(using: &generator)
      var values: [Int: Double] = [:]
      for trial in first..<first + count {
        // Few different ones, so that many are equal.
        let value = Double(Int.random(in: -3...3, using: &generator))
        values[trial] = Int.random(in: 0..<5, using: &generator) == 0 ? .nan : value == 3 ? .infinity : value
      }
      let rung = Rung(bracket: 0, index: 0, budget: .steps(1), entrants: count, survivors: places)
      let found = rung.survivors(values, greaterIsBetter: isMore)
      let known = values.values.count { !$0.isNaN }
      #expect(found.count == min(places, known) && found == found.sorted() && Set(found).count == found.count)
      for out in values.keys where !found.contains(out) {
        for goesOn in found {
          let (a, b) = (values[goesOn] ?? .nan, values[out] ?? .nan)
          #expect(!a.isNaN && (b.isNaN || (isMore ? a > b : a < b) || a == b && goesOn < out))
        }
      }
    }
    let values = [3: Double.nan, 1: 2.0, 0: .nan, 2: 2.0, 4: -.infinity]
    #expect(Ranking.of(values, greaterIsBetter: false) == [4, 1, 2, 0, 3])
    #expect(Ranking.of(values, greaterIsBetter: true) == [1, 2, 4, 0, 3])
  }

  @Test("budgets as words")
  func words() throws {
    #expect(try TrainingBudget("30 epochs") == .epochs(30) && TrainingBudget("1epoch") == .epochs(1))
    #expect(try TrainingBudget("2000 steps") == .steps(2000) && TrainingBudget.steps(1).words == "1 step")
    for (word, says) in [
      ("30", "expected a number of epochs or steps"), ("", "expected a number"), ("x epochs", "expected a number"),
      ("30 seconds", "a budget in time would give other results"), ("0 epochs", "expected from 1 to 1000000 epochs"),
      ("99999999999999999999 steps", "expected from 1 to 2199023254528 steps"), ("-3 epochs", "expected a number"),
      ("3.5 epochs", "expected a number"),
    ] {
      do {
        _ = try TrainingBudget(word)
        Issue.record("'\(word)' was read")
      } catch {
        #expect(error.exitCode == .usage && error.sentence.contains(says), "\(error.sentence)")
      }
    }
  }
}
