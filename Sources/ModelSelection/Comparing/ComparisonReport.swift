package import Statistics

/// What a comparison has found.
package struct ComparisonReport: Sendable {
  /// How repeats that were added until sure ended.
  package enum Ending: Sendable, Equatable {
    case decided
    case cannotDecide(RepeatPlan.Reason)

    /// - Parameter candidates: all names, the reference's first.
    func words(_ candidates: [String]) -> String {
      switch self {
      case .decided: "every candidate has a verdict"
      case .cannotDecide(let reason):
        reason.sentence(candidates: Array(candidates.dropFirst()), reference: candidates[0])
      }
    }
  }

  package var table: ComparisonTable
  package var repeats: Int
  package var folds: Int
  /// By candidate, then by fold over all repeats.
  package var results: [[TrialResult]]
  /// Where repeats were added until sure.
  package var looks: RepeatPlan?
  package var ending: Ending?
  /// Where mistakes have costs.
  package var costs: [CostFinding] = []

  init(table: ComparisonTable, repeats: Int, folds: Int, results: [[TrialResult]], looks: RepeatPlan?) {
    (self.table, self.repeats, self.folds, self.results, self.looks) = (table, repeats, folds, results, looks)
  }

  func with(_ ending: Ending) -> ComparisonReport {
    var report = self
    report.ending = ending
    return report
  }

  /// Trainings of a candidate that diverged.
  func diverged(_ candidate: Int) -> Int { results[candidate].count(where: \.hasDiverged) }
}
