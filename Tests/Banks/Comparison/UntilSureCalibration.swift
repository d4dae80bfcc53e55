internal import ModelSelection
internal import Statistics

/// `compare-until-sure`: how often equal candidates are told apart where repeats are added until there is a verdict, and with the
/// negative control of looking at the same times without a stricter level.
enum UntilSureCalibration {
  static func run(_ arguments: BankArguments) -> Bool {
    let count = arguments.number("comparisons", default: 2000), seed = arguments.number("seed", default: 2)
    let limit = arguments.number("max-repeats", default: 30)
    print(
      "False verdicts of --until sure, at most \(limit) repeats, among \(count) comparisons of equal candidates, per cent"
    )
    print("differ in    n   k    false  uncorrected  equivalent  spread   limit   mean repeats")
    var pooled = Share(), isGood = true
    for kind in [EqualCandidates.Kind.seeds, .twins] {
      for rows in [100, 300, 1000] {
        for folds in [5, 10] {
          let plan = RepeatPlan(maxRepeats: limit, folds: folds, testTrainRatio: 1 / Double(folds - 1))
          var wrong = Share(), uncorrected = Share(), equivalent = Share(), spread = Share(), atLimit = Share(),
            repeats = 0
          for index in 0..<count {
            let end = outcome(plan, kind: kind, rows: rows, folds: folds, seed: seed * 1_000_000 + index)
            wrong.count(end.verdict == .better || end.verdict == .worse)
            equivalent.count(end.verdict == .equivalent)
            uncorrected.count(end.isEverBelow)
            if case .cannotDecide(.spread) = end.decision { spread.count(true) } else { spread.count(false) }
            if case .cannotDecide(.limit) = end.decision { atLimit.count(true) } else { atLimit.count(false) }
            repeats += end.repeats
          }
          let mean = Double(repeats * 10 / count) / 10
          print(
            kind.rawValue.padded(10) + ComparisonCalibration.right(rows, 4) + ComparisonCalibration.right(folds, 4)
              + "  \(wrong.words)      \(uncorrected.words)     \(equivalent.words) \(spread.words) \(atLimit.words)   \(mean)"
          )
          pooled = pooled + wrong
          isGood = isGood && wrong.value <= ComparisonCalibration.limits.each
        }
      }
    }
    print("pooled              \(pooled.words)")
    isGood = isGood && pooled.value <= ComparisonCalibration.limits.pooled
    print(isGood ? "holds" : "does not hold")
    return isGood
  }

  /// How a comparison ended.
  struct End {
    var verdict: ComparisonVerdict
    var decision: RepeatPlan.Decision
    var repeats: Int
    /// p was at most 0.05 at a look.
    var isEverBelow: Bool
  }

  static func outcome(_ plan: RepeatPlan, kind: EqualCandidates.Kind, rows: Int, folds: Int, seed: Int) -> End {
    var candidates = EqualCandidates(rows: rows, folds: folds, metric: .meanAbsoluteError, kind: kind, seed: seed)
    var repeats = plan.looks[0], isEverBelow = false
    while true {
      candidates.extend(to: repeats)
      let comparisons = candidates.comparisons(repeats: repeats)
      isEverBelow = isEverBelow || comparisons[0].pValue <= plan.level
      let decision = plan.decide(comparisons, repeats: repeats)
      if case .goOn(let next) = decision {
        repeats = next
        continue
      }
      let verdict = Verdicts.of(comparisons, greaterIsBetter: false, level: plan.levelOfLook)[0].verdict
      return End(verdict: verdict, decision: decision, repeats: repeats, isEverBelow: isEverBelow)
    }
  }
}
