internal import ModelSelection
internal import Statistics

/// `compare-calibration`: how often candidates that are equal are called better or worse, and how often the interval
/// holds the true difference, which is 0.
enum ComparisonCalibration {
  /// In each design, in all together, and the least coverage.
  static let limits = (each: 0.065, pooled: 0.06, coverage: 0.94)
  static let repeats = [1, 3, 10]
  private static let rows = [100, 300, 1000], folds = [5, 10]
  /// Comparisons of a piece.
  private static let size = 50

  static func run(_ arguments: BankArguments) -> Bool {
    let count = arguments.number("comparisons", default: 2000), seed = arguments.number("seed", default: 1)
    let blocks = designs.map { design in CaseBook.ranges(count, of: size).map { piece(design, $0, seed: seed) } }
    let families = CaseBook.ranges(count, of: size).map { family($0, seed: seed) }
    guard let counts = CaseBook(arguments).counts(blocks.joined() + families) else { return true }
    print("False verdicts among \(count) comparisons of equal candidates, per cent; must be at most 6.5, pooled 6")
    print("differ in metric      n   k   r    false  coverage   naive t   no evidence  equivalent  identical")
    let sums = blocks.indices.map { index in
      let pieces = blocks[index].count
      return sum(counts[index * pieces..<(index + 1) * pieces])
    }
    var pooled = Share(), isGood = true
    for kind in EqualCandidates.Kind.allCases {
      var naive = Share()
      for (metric, name) in RandomFeatureRidge.Metric.allCases.enumerated() {
        for (design, sum) in zip(designs, sums) where design.kind == kind {
          for (place, repeats) in repeats.enumerated() {
            let first = (metric * Self.repeats.count + place) * Tally.width
            let tally = Tally(sum.dropFirst(first).prefix(Tally.width), of: count)
            let numbers = "\(right(design.rows, 5))\(right(design.folds, 4))\(right(repeats, 4))"
            print(tally.line("\(kind.rawValue.padded(10))\(name.rawValue.padded(8))\(numbers)"))
            naive = naive + tally.naive
            // Stated, not held: see there.
            if kind == .repeatSeeds { continue }
            pooled = pooled + tally.wrong
            isGood = isGood && tally.wrong.value <= limits.each && tally.covered.value >= limits.coverage
          }
        }
      }
      // The negative control: folds taken for independent err as they are known to.
      if kind == .twins { isGood = isGood && naive.value > 0.1 }
    }
    print("pooled, without repeat        \(pooled.words)")
    isGood = isGood && pooled.value <= limits.pooled
    let both = sum(counts.suffix(families.count)[...]).map { Share(hits: $0, cases: count) }
    let adjusted = both[0], plain = both[1]
    print("four twins, n 300, 10×10: a false verdict or more\(adjusted.words), without Holm\(plain.words)")
    isGood = isGood && adjusted.value <= limits.each && plain.value > limits.each
    print(isGood ? "holds" : "does not hold")
    return isGood
  }

  /// What is compared, and on how many rows in how many folds; by both metrics, after one, three and ten repeats.
  private struct Design {
    var kind: EqualCandidates.Kind
    var rows: Int
    var folds: Int
  }

  private static var designs: [Design] {
    EqualCandidates.Kind.allCases.flatMap { kind in
      rows.flatMap { rows in folds.map { Design(kind: kind, rows: rows, folds: $0) } }
    }
  }

  /// What is counted of comparisons.
  private struct Tally {
    static let width = 6

    private var hits: ArraySlice<Int>
    private let cases: Int

    init(_ hits: ArraySlice<Int> = [0, 0, 0, 0, 0, 0], of cases: Int) { (self.hits, self.cases) = (hits, cases) }

    var counts: [Int] { Array(hits) }
    var wrong: Share { share(0) }
    var covered: Share { share(1) }
    /// The paired t that takes folds for independent.
    var naive: Share { share(2) }

    private func share(_ place: Int) -> Share { Share(hits: hits[hits.startIndex + place], cases: cases) }

    mutating func count(_ comparison: CorrelatedComparison) {
      let verdict = Verdicts.of([comparison], greaterIsBetter: false, level: 0.05)[0].verdict
      let naiveError = comparison.deviation / Double(comparison.count).squareRoot()
      let p = StudentT(degrees: Double(comparison.count - 1)).twoSided(comparison.mean / naiveError)
      let isTrue = [
        verdict == .better || verdict == .worse, comparison.low <= 0 && 0 <= comparison.high, p <= 0.05,
        verdict == .noEvidence, verdict == .equivalent, verdict == .identical,
      ]
      for place in isTrue.indices where isTrue[place] { hits[hits.startIndex + place] += 1 }
    }

    func line(_ name: String) -> String {
      "\(name)  \(wrong.words)   \(covered.words)   \(naive.words)       \(share(3).words)     "
        + "\(share(4).words)    \(share(5).words)"
    }
  }

  private static func piece(_ design: Design, _ cases: Range<Int>, seed: Int) -> CountedCases {
    let (kind, rows, folds) = (design.kind, design.rows, design.folds)
    return CountedCases(name: "calibration \(seed) \(kind.rawValue) \(rows) \(folds) \(cases)") {
      let metrics = RandomFeatureRidge.Metric.allCases
      var tallies = [Tally](repeating: Tally(of: cases.count), count: metrics.count * repeats.count)
      for index in cases {
        var candidates = EqualCandidates(
          rows: rows, folds: folds, metrics: metrics, kind: kind, seed: seed * 1_000_000 + index)
        candidates.extend(to: repeats[repeats.count - 1])
        for metric in metrics.indices {
          for (place, count) in repeats.enumerated() {
            tallies[metric * repeats.count + place].count(candidates.comparisons(repeats: count, metric: metric)[0])
          }
        }
      }
      return tallies.flatMap(\.counts)
    }
  }

  /// Four equal candidates against a reference, ten repeats: one false verdict or more, with Holm's adjustment and, as
  /// the negative control, without.
  private static func family(_ cases: Range<Int>, seed: Int) -> CountedCases {
    CountedCases(name: "families \(seed) \(cases)") {
      var adjusted = 0, plain = 0
      for index in cases {
        var candidates = EqualCandidates(
          rows: 300, folds: 10, candidates: 5, metrics: [.meanAbsoluteError], kind: .twins,
          seed: seed * 1_000_000 + 500_000 + index)
        candidates.extend(to: 10)
        let comparisons = candidates.comparisons(repeats: 10)
        let verdicts = Verdicts.of(comparisons, greaterIsBetter: false, level: 0.05).map(\.verdict)
        adjusted += verdicts.contains(.better) || verdicts.contains(.worse) ? 1 : 0
        plain += comparisons.contains { $0.pValue <= 0.05 } ? 1 : 0
      }
      return [adjusted, plain]
    }
  }

  /// Counts of pieces, place by place.
  static func sum(_ pieces: ArraySlice<[Int]>) -> [Int] {
    pieces.dropFirst().reduce(pieces.first ?? []) { zip($0, $1).map { $0 + $1 } }
  }

  static func right(_ number: Int, _ width: Int) -> String {
    let text = "\(number)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
