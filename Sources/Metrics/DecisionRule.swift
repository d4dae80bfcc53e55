internal import Kernels
package import Networks

/// How one class is decided on from the outputs.
package enum DecisionRule: Sendable, Equatable {
  /// The class of the greatest output; of one output the second class where it is above 0.
  case greatest
  /// The second class from this probability on: files of earlier builds.
  case probability(Double)
  /// The second class from these log-odds on, which tell rows apart whose probabilities are both 1 in double precision.
  case logOdds(Double)
  /// The class of least expected cost.
  case leastCost(ExpectedCosts)
}

/// The costs that a decision weighs: `Σ_actual p(actual) · cost[actual][predicted]`.
///
/// Samples were weighed in training (by class weights, by costs, by `positive_weight`), so the softmax of the outputs
/// is not the classes' probability p but `q ∝ tilt · p`. The weights are undone: p ∝ q / tilt (Elkan 2001, theorem 2;
/// Saerens et al. 2002). A class of weight 0 was not learned, and takes no part.
package struct ExpectedCosts: Sendable, Equatable {
  private let classes: Int
  /// `cost[actual][predicted] / tilt[actual]`.
  private let costs: [Double]

  /// - Parameters:
  ///   - costs: row actual, column predicted.
  ///   - tilt: what a sample of each class counted in training.
  init(_ costs: [[Double]], tilt: [Double]) {
    classes = costs.count
    // Only proportions count. Rounded as the weights are, so that costs over weights made of these costs are exactly 1.
    let largest = costs.joined().max() ?? 1
    let scale = largest > 0x1p64 || largest < 0x1p-64 && largest > 0 ? largest : 1
    self.costs = costs.enumerated().flatMap { actual, row in
      row.map { tilt[actual] > 0 ? Double(Float($0 / scale)) / tilt[actual] : 0 }
    }
  }

  /// The class of least expected cost; of equal ones the first.
  /// - Parameter logits: of each class.
  func decide(_ logits: (Int) -> Double) -> Int {
    var most = -Double.infinity
    for index in 0..<classes { most = max(most, logits(index)) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: classes) { sums in
      sums.initialize(repeating: 0)
      for actual in 0..<classes {
        let power = DoubleFunctions.exp(logits(actual) - most)
        for predicted in 0..<classes { sums[predicted] += power * costs[actual * classes + predicted] }
      }
      var best = 0
      for index in 1..<max(1, classes) where sums[index] < sums[best] { best = index }
      return best
    }
  }

  /// Of two classes the second one's probability, by the outputs, from which it is the cheaper one; ½ where there is
  /// none between 0 and 1.
  package var threshold: Double {
    guard classes == 2 else { return 0.5 }
    let miss = costs[2] - costs[3], alarm = costs[1] - costs[0]
    return miss > 0 && alarm > 0 ? alarm / (miss + alarm) : 0.5
  }
}

extension DecisionRule {
  /// The rule for a loss's costs, as long as no threshold has been chosen on validation rows.
  ///
  /// Losses without probabilities (`hinge`) decide by the greatest score: their costs weigh samples in training alone.
  package static func plugIn(_ cost: [[Double]]?, loss: any Loss, classWeights: [Float]?) -> DecisionRule {
    guard let cost, loss.prediction.hasClassProbabilities else { return .greatest }
    return .leastCost(ExpectedCosts(cost, tilt: tilt(loss: loss, classWeights: classWeights, classes: cost.count)))
  }

  /// What a sample of each class counted in training.
  private static func tilt(loss: any Loss, classWeights: [Float]?, classes: Int) -> [Double] {
    var tilt = classWeights?.map { Double($0) } ?? [Double](repeating: 1, count: classes)
    if classes == 2 { for (index, weight) in loss.sideWeights.enumerated() { tilt[index] *= weight } }
    return tilt
  }
}
