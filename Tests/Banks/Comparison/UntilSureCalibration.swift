internal import ModelSelection
internal import Statistics

/// `compare-until-sure`: how often equal candidates are told apart where repeats are added until there is a verdict,
/// and with the negative control of looking at the same times without a stricter level.
enum UntilSureCalibration {
  /// Comparisons of a piece.
  private static let size = 20

  private struct Design {
    var kind: EqualCandidates.Kind
    var rows: Int
    var folds: Int
  }

  static func run(_ arguments: BankArguments) -> Bool {
    let count = arguments.number("comparisons", default: 2000), seed = arguments.number("seed", default: 2)
    let limit = arguments.number("max-repeats", default: 30)
    let kinds: [EqualCandidates.Kind] = [.seeds, .twins]
    let designs = kinds.flatMap { kind in
      [100, 300, 1000].flatMap { rows in [5, 10].map { Design(kind: kind, rows: rows, folds: $0) } }
    }
    let blocks = designs.map { design in
      CaseBook.ranges(count, of: size).map { piece(design, $0, seed: seed, limit: limit) }
    }
    guard let counts = CaseBook(arguments).counts(Array(blocks.joined())) else { return true }
    print(
      "False verdicts of --until sure, at most \(limit) repeats, among \(count) comparisons of equal candidates, per cent"
    )
    print("differ in    n   k    false  uncorrected  equivalent  spread   limit   mean repeats")
    var pooled = Share(), isGood = true
    for (index, design) in designs.enumerated() {
      let pieces = blocks[index].count
      let sum = ComparisonCalibration.sum(counts[index * pieces..<(index + 1) * pieces])
      let shares = sum.map { Share(hits: $0, cases: count) }, wrong = shares[0]
      let mean = Double(sum[5] * 10 / count) / 10
      print(
        design.kind.rawValue.padded(10) + ComparisonCalibration.right(design.rows, 4)
          + ComparisonCalibration.right(design.folds, 4)
          + "  \(wrong.words)      \(shares[1].words)     \(shares[2].words) \(shares[3].words) \(shares[4].words)"
          + "   \(mean)"
      )
      pooled = pooled + wrong
      isGood = isGood && wrong.value <= ComparisonCalibration.limits.each
    }
    print("pooled              \(pooled.words)")
    isGood = isGood && pooled.value <= ComparisonCalibration.limits.pooled
    print(isGood ? "holds" : "does not hold")
    return isGood
  }

  /// False, uncorrected, equivalent, ended by spread, ended by the limit, and the sum of repeats.
  private static func piece(_ design: Design, _ cases: Range<Int>, seed: Int, limit: Int) -> CountedCases {
    let (kind, rows, folds) = (design.kind, design.rows, design.folds)
    return CountedCases(name: "until sure \(limit) \(seed) \(kind.rawValue) \(rows) \(folds) \(cases)") {
      let plan = RepeatPlan(maxRepeats: limit, folds: folds, testTrainRatio: 1 / Double(folds - 1))
      var counts = [Int](repeating: 0, count: 6)
      for index in cases {
        let end = outcome(plan, kind: kind, rows: rows, folds: folds, seed: seed * 1_000_000 + index)
        counts[0] += end.verdict == .better || end.verdict == .worse ? 1 : 0
        counts[1] += end.isEverBelow ? 1 : 0
        counts[2] += end.verdict == .equivalent ? 1 : 0
        if case .cannotDecide(.spread) = end.decision { counts[3] += 1 }
        if case .cannotDecide(.limit) = end.decision { counts[4] += 1 }
        counts[5] += end.repeats
      }
      return counts
    }
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
    var candidates = EqualCandidates(rows: rows, folds: folds, metrics: [.meanAbsoluteError], kind: kind, seed: seed)
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
