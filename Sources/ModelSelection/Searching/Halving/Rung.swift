/// A place where trials of a bracket are judged together: each has been trained up to its budget, the best go on.
package struct Rung: Sendable, Equatable {
  /// The bracket's place in ``SweepPlan/brackets``.
  package var bracket: Int
  /// From 0.
  package var index: Int
  /// Steps or epochs from the start of the training, not from the rung before.
  package var budget: TrainingBudget
  /// Trials that come here, where none before has diverged.
  package var entrants: Int
  /// Trials at most that go on from here; 0 where this is the last rung.
  package var survivors: Int

  package init(bracket: Int, index: Int, budget: TrainingBudget, entrants: Int, survivors: Int) {
    (self.bracket, self.index, self.budget) = (bracket, index, budget)
    (self.entrants, self.survivors) = (entrants, survivors)
  }

  /// The trials that go on, ascending: the best by value, of equal ones those of smaller numbers.
  ///
  /// What has no value, because it diverged or because its metric is none there, does not go on, even where places are
  /// left: fewer than planned do.
  ///
  /// - Parameter values: of each trial of this rung by its number; NaN: it has none.
  package func survivors(_ values: [Int: Double], greaterIsBetter: Bool) -> [Int] {
    Array(Ranking.of(values, greaterIsBetter: greaterIsBetter).prefix { values[$0]?.isNaN == false }.prefix(survivors))
      .sorted()
  }
}

/// Trials from the best to the worst.
package enum Ranking {
  /// By value, equal ones by number, those without a value last.
  package static func of(_ values: [Int: Double], greaterIsBetter: Bool) -> [Int] {
    values.keys.sorted { first, second in
      let (a, b) = (values[first] ?? .nan, values[second] ?? .nan)
      if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? first < second : b.isNaN }
      return a == b ? first < second : greaterIsBetter ? a > b : a < b
    }
  }
}
