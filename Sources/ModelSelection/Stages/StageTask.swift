/// A training of a set, up to a place where it is judged.
package struct StageTask: Sendable, Equatable {
  /// Its number in the set.
  package var index: Int
  /// From 0.
  package var rung: Int
  /// From the start of the training.
  package var budget: TrainingBudget
  /// Whether nothing of the training is needed any more when it was judged.
  package var isLast: Bool
  /// About how many steps that is.
  package var steps: Double
  /// About what a step costs beside those of other trainings; measured times take its place.
  package var cost: Double
  /// Workers beyond which none has a piece of a batch.
  package var shards: Int

  package init(
    index: Int, rung: Int, budget: TrainingBudget, isLast: Bool, steps: Double, cost: Double, shards: Int
  ) {
    (self.index, self.rung, self.budget, self.isLast) = (index, rung, budget, isLast)
    (self.steps, self.cost, self.shards) = (steps, cost, shards)
  }
}

extension TrialSet {
  /// What tells a training that was judged apart in the log.
  package func key(of task: StageTask) -> String { "\(key(of: task.index)).\(task.rung + 1)" }
}
