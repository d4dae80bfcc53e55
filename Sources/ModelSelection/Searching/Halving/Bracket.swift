internal import Specs

/// Trials that are halved among themselves; a search without halving is one bracket of one rung.
package struct Bracket: Sendable, Equatable {
  /// The numbers of its trials.
  package var trials: Range<Int>
  /// In order of budget; the last one's is the whole.
  package var rungs: [Rung]

  package init(trials: Range<Int>, rungs: [Rung]) { (self.trials, self.rungs) = (trials, rungs) }

  /// All that its trainings take where none diverges and each goes on from where it was, in the budget's unit.
  package var cost: Int {
    var cost = 0, before = 0
    for rung in rungs {
      cost += rung.entrants * (rung.budget.count - before)
      before = rung.budget.count
    }
    return cost
  }

  /// `81 trials to 1 epoch, 27 to 3, 9 to 9, 3 to 27, 1 to 81`
  package var words: String {
    rungs.enumerated().map { place, rung in
      place == 0
        ? "\(rung.entrants.counted("trial")) to \(rung.budget.words)"
        : "\(rung.entrants) to \(rung.budget.count)"
    }.joined(separator: ", ")
  }
}
