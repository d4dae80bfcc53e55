/// How much of a search is done, in steps or epochs of all trainings.
struct SweepWork {
  /// As planned: where trials diverge it is less.
  let whole: Int
  /// Trainings up to a place.
  let trainings: Int
  /// Of each stage.
  private let stages: [Int]
  private var stage = 0
  /// The share of the stage that was done when it began.
  private var earlier = 0.0

  init(_ plan: SweepPlan, folds: Int) {
    let count = plan.brackets.map(\.rungs.count).max() ?? 0
    stages = (0..<count).map { stage in
      plan.brackets.filter { stage < $0.rungs.count }.reduce(0) { sum, bracket in
        let rung = bracket.rungs[stage], before = stage > 0 ? bracket.rungs[stage - 1].budget.count : 0
        return sum + rung.entrants * folds * (rung.budget.count - before)
      }
    }
    whole = max(1, stages.reduce(0, +))
    trainings = plan.brackets.flatMap(\.rungs).reduce(0) { $0 + $1.entrants * folds }
  }

  mutating func begin(_ stage: Int, tasks: Int, pending: Int) {
    self.stage = stage
    earlier = tasks > 0 ? Double(tasks - pending) / Double(tasks) : 1
  }

  /// - Parameter share: of what is to be done in the stage.
  func done(_ share: Double) -> Double {
    Double(stages[..<stage].reduce(0, +)) + Double(stages[stage]) * (earlier + (1 - earlier) * share)
  }
}
