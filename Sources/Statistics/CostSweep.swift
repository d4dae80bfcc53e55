/// Rows in ascending order of probability, over which a threshold moves.
struct CostSweep {
  private let probabilities: [Double]
  private let isPositive: [Bool]
  private let folds: [Int]
  private let costs: CostCurve.Costs
  /// The threshold that ties are broken by.
  private let standard: Double
  /// Rows of each fold.
  let sizes: [Int]

  init(
    probabilities: [Double], isPositive: [Bool], folds: [Int], foldCount: Int, costs: CostCurve.Costs,
    standard: Double
  ) {
    self.standard = standard
    (self.probabilities, self.isPositive, self.folds, self.costs) = (probabilities, isPositive, folds, costs)
    var sizes = [Int](repeating: 0, count: foldCount)
    for fold in folds { sizes[fold] += 1 }
    self.sizes = sizes
  }

  /// The threshold of least cost, and the cost of the rows of some folds together; of equal costs the threshold nearest
  /// to the standard.
  ///
  /// - Parameter isKept: for each fold whether it counts.
  func best(_ isKept: [Bool]) -> (threshold: Double, cost: Double) {
    var alarms = 0, misses = 0
    for row in folds.indices where isKept[folds[row]] && !isPositive[row] { alarms += 1 }
    var best: (threshold: Double, cost: Double)?
    func note(_ lower: Double, _ upper: Double) {
      // Whole numbers times costs: equal decisions cost exactly the same.
      let cost = Double(alarms) * costs.falsePositive + Double(misses) * costs.falseNegative
      let threshold = between(lower, upper)
      let isNearer =
        best.map { (threshold - standard).magnitude < ($0.threshold - standard).magnitude } ?? true
      if best.map({ cost < $0.cost || cost == $0.cost && isNearer }) ?? true { best = (threshold, cost) }
    }
    var row = 0, lower = -Double.infinity
    while row < folds.count {
      let probability = probabilities[row]
      var isSeen = false
      let before = (alarms, misses)
      while row < folds.count, probabilities[row] == probability {
        if isKept[folds[row]] {
          if isPositive[row] { misses += 1 } else { alarms -= 1 }
          isSeen = true
        }
        row += 1
      }
      guard isSeen else { continue }
      let after = (alarms, misses)
      (alarms, misses) = before
      note(lower, probability)
      (alarms, misses) = after
      lower = probability
    }
    note(lower, .infinity)
    return best ?? (standard, 0)
  }

  /// A threshold above lower and at most upper: the standard one where it lies there, else the middle.
  private func between(_ lower: Double, _ upper: Double) -> Double {
    if lower < standard, standard <= upper { return standard }
    if lower == -.infinity { return min(upper, standard) }
    if upper == .infinity { return max(lower.nextUp, standard) }
    let middle = lower + (upper - lower) / 2
    return middle > lower ? middle : upper
  }

  /// Thresholds that ascend: some of the probabilities at equal distances of rows, all decisions' two ends, and those
  /// named.
  func thresholds(atMost limit: Int, including named: [Double]) -> [Double] {
    let last = probabilities.count - 1
    var chosen = Set(named)
    chosen.insert(0)
    chosen.insert((probabilities.last ?? 1).nextUp)
    let places = min(limit, probabilities.count)
    for place in 0..<places { chosen.insert(probabilities[places == 1 ? 0 : place * last / (places - 1)]) }
    return chosen.sorted()
  }

  /// The cost of each fold's rows together at thresholds that ascend.
  func costs(at thresholds: [Double]) -> [[Double]] {
    var alarms = [Int](repeating: 0, count: sizes.count), misses = alarms
    for row in folds.indices where !isPositive[row] { alarms[folds[row]] += 1 }
    var row = 0
    return thresholds.map { threshold in
      while row < folds.count, probabilities[row] < threshold {
        if isPositive[row] { misses[folds[row]] += 1 } else { alarms[folds[row]] -= 1 }
        row += 1
      }
      return sizes.indices.map {
        Double(alarms[$0]) * costs.falsePositive + Double(misses[$0]) * costs.falseNegative
      }
    }
  }
}
