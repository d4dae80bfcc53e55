/// What is searched how.
package struct SweepOptions: Sendable, Equatable {
  /// Which trials are ended before the others.
  package enum Halving: String, Sendable, CaseIterable {
    /// None: all are trained for the whole budget.
    case none
    /// Successive halving.
    case halving
    /// Successive halvings that begin with many short trainings to few long ones.
    case hyperband
  }

  package var method = SearchMethod.random
  /// Trials; nil: those of the grid, of Hyperband's brackets, or 16.
  package var trials: Int?
  /// Points of a range in a grid where its key does not say.
  package var gridPoints = 3
  package var halving = Halving.none
  /// What is divided by at each rung.
  package var eta = 3
  /// The whole of a training; nil: what the config says.
  package var budget: TrainingBudget?
  /// The least that a trial is judged after, in the budget's unit; nil: what four halvings leave.
  package var minimum: Int?

  package init() {}
}
