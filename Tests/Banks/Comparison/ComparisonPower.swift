internal import ModelSelection
internal import Statistics

/// `compare-power`: how often Huber's loss is found better than squared error where a tenth of the targets are outliers
/// (n = 300, five features, linear fits, mean absolute error in ten folds).
enum ComparisonPower {
  /// By repeats.
  static let least = [(repeats: 1, share: 0.85), (repeats: 3, share: 0.95)]

  static func run(_ arguments: BankArguments) -> Bool {
    let count = arguments.number("comparisons", default: 2000), seed = arguments.number("seed", default: 3)
    var found = [Share](repeating: Share(), count: least.count), worse = Share()
    for index in 0..<count {
      var task = SimulatedTask(rows: 300, seed: UInt64(seed * 1_000_000 + index))
      task.addOutliers()
      var differences: [Double] = [], errors: [Double] = []
      for number in 0..<(least.last?.repeats ?? 1) {
        for test in task.folds(10, repeat: number) {
          let isTest = Set(test), training = (0..<task.rows).filter { !isTest.contains($0) }
          let reference = error(task, test, LinearFit.squares(task, training))
          errors.append(reference)
          differences.append(error(task, test, LinearFit.huber(task, training)) - reference)
        }
      }
      for (place, entry) in least.enumerated() {
        let folds = entry.repeats * 10
        let comparison = CorrelatedComparison(
          differences: Array(differences.prefix(folds)), testTrainRatios: [1.0 / 9],
          region: 0.01 * mean(Array(errors.prefix(folds))))
        let verdict = Verdicts.of([comparison], greaterIsBetter: false, level: 0.05)[0].verdict
        found[place].count(verdict == .better)
        worse.count(verdict == .worse)
      }
    }
    var isGood = worse.value <= 0.001
    for (share, entry) in zip(found, least) {
      print(
        "Huber better than MSE at \(entry.repeats)×10, per cent of \(count):\(share.words), at least \(Int(entry.share * 100))"
      )
      isGood = isGood && share.value >= entry.share
    }
    print(isGood ? "holds" : "does not hold")
    return isGood
  }

  private static func error(_ task: SimulatedTask, _ rows: [Int], _ fit: [Double]) -> Double {
    rows.reduce(0) { $0 + LinearFit.residual(task, $1, fit).magnitude } / Double(rows.count)
  }
}
