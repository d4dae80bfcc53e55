/// What decisions between two classes cost at every threshold, by out-of-fold probabilities, and the best threshold
/// with an interval.
package struct CostCurve: Sendable, Equatable {
  /// What a mistake of each kind costs; right decisions cost nothing.
  package struct Costs: Sendable, Equatable {
    package var falsePositive: Double
    package var falseNegative: Double

    package init(falsePositive: Double, falseNegative: Double) {
      self.falsePositive = falsePositive
      self.falseNegative = falseNegative
    }

    /// The best threshold where probabilities are right, `FP/(FP + FN)` (Elkan 2001); ½ where nothing costs.
    package var standard: Double {
      let largest = max(falsePositive, falseNegative)
      guard largest > 0 else { return 0.5 }
      let positive = falsePositive / largest
      return positive / (positive + falseNegative / largest)
    }
  }

  /// A threshold, from which on a probability counts as positive, and the mean cost of a decision there.
  package struct Point: Sendable, Equatable {
    package var threshold: Double
    package var cost: Double
  }

  /// Thresholds that ascend: at most `limit` of those that decide differently, and 0 and one above 1.
  package let points: [Point]
  /// The least cost; of equal ones the threshold nearest to the standard. Chosen on the rows that it is counted on, so
  /// a little optimistic.
  package let best: Point
  /// At the threshold that is best where probabilities are right, or as right as weights of samples let them be.
  package let standard: Point
  /// The thresholds that the folds cannot tell from the best one: the lowest and highest at which the 95 % interval of
  /// the difference in cost (`CorrelatedComparison` over folds) reaches down to 0.
  package let low: Double
  package let high: Double
  /// The mean cost where each fold is decided by the threshold that is best on the others of its repeat, which have
  /// none of its rows: not optimistic. NaN of one fold.
  package let crossFitted: Double

  /// - Parameters:
  ///   - probabilities: Of the positive class, from models that did not see the row.
  ///   - isPositive: What is true.
  ///   - folds: The fold of each row; in repeats a row comes once in each, under other folds' numbers.
  ///   - foldsInRepeat: Folds 0 to this, less 1, are those of the first repeat, and so on; nil: there is one repeat.
  ///   - testTrainRatio: The mean of n_test/n_train.
  ///   - standard: The threshold that is best where the models learned what there is to learn, if not that of `costs`:
  /// where
  ///     samples were weighed in training their probabilities are tilted.
  ///   - limit: Thresholds tried for the interval and kept, at least 2.
  /// - Returns: nil where the arrays differ in length or are empty, or a probability or cost is not what it should be.
  package init?(
    probabilities: [Double], isPositive: [Bool], folds: [Int], foldsInRepeat: Int? = nil, costs: Costs,
    testTrainRatio: Double, standard given: Double? = nil, limit: Int = 200
  ) {
    let count = probabilities.count
    guard count > 0, isPositive.count == count, folds.count == count else { return nil }
    guard probabilities.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
    guard costs.falsePositive >= 0, costs.falseNegative >= 0, costs.falsePositive.isFinite, costs.falseNegative.isFinite
    else { return nil }
    let order = probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
    let names = Set(folds).sorted(), number = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let foldOf = folds.map { number[$0] ?? 0 }
    let sweep = CostSweep(
      probabilities: order.map { probabilities[$0] }, isPositive: order.map { isPositive[$0] },
      folds: order.map { foldOf[$0] }, foldCount: names.count, costs: costs,
      standard: given ?? costs.standard)

    let all = sweep.best(names.map { _ in true })
    best = Point(threshold: all.threshold, cost: all.cost / Double(count))
    let usual = given ?? costs.standard
    standard = Point(threshold: usual, cost: sweep.costs(at: [usual])[0].reduce(0, +) / Double(count))
    let thresholds = sweep.thresholds(atMost: max(2, limit), including: [best.threshold, usual])
    let costsOfFolds = sweep.costs(at: thresholds)
    points = zip(thresholds, costsOfFolds).map { Point(threshold: $0, cost: $1.reduce(0, +) / Double(count)) }

    // Means of folds, so that each counts the same, as in all comparisons.
    let bestOfFolds = sweep.costs(at: [best.threshold])[0]
    let inDoubt = zip(thresholds, costsOfFolds).filter { threshold, costs in
      let differences = costs.indices.map { (costs[$0] - bestOfFolds[$0]) / Double(sweep.sizes[$0]) }
      let comparison = CorrelatedComparison(differences: differences, testTrainRatios: [testTrainRatio], region: 0)
      return !(comparison.low > 0)
    }
    low = inDoubt.map { $0.0 }.min() ?? best.threshold
    high = inDoubt.map { $0.0 }.max() ?? best.threshold

    guard names.count > 1 else {
      crossFitted = .nan
      return
    }
    var sum = 0.0
    let cycles = names.map { $0 / max(1, foldsInRepeat ?? .max) }
    for fold in names.indices {
      let threshold = sweep.best(names.indices.map { $0 != fold && cycles[$0] == cycles[fold] }).threshold
      sum += sweep.costs(at: [threshold])[0][fold]
    }
    crossFitted = sum / Double(count)
  }
}
