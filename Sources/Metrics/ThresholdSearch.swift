internal import Kernels
package import Specs

/// The threshold between two classes that costs least, on the second one's log-odds.
///
/// Log-odds tell samples apart whose probabilities are both 0 or both 1 in double precision.
package struct ThresholdSearch {
  /// The second class is predicted from these log-odds on.
  package var logOdds: Double
  /// The same as a probability.
  package var probability: Double

  package init(logOdds: Double, probability: Double) {
    self.logOdds = logOdds
    self.probability = probability
  }

  /// What ``DecisionThreshold`` has found.
  package init(_ found: MetricValue) {
    let numbers = found.numbers
    self.init(logOdds: numbers[1].value, probability: numbers[0].value)
  }

  /// One sample of the search.
  struct Sample: Sendable {
    /// Of the second class.
    var logOdds: Double
    var isSecond: Bool
    var weight: Double
  }

  /// Searches all thresholds that tell samples apart; of equal costs the one nearest `probability`.
  ///
  /// - Parameters:
  ///   - cost: row actual, column predicted.
  ///   - standard: the probability that is best where the outputs are calibrated.
  static func best(_ samples: [Sample], cost: [[Double]], nearest standard: Double = 0.5) -> ThresholdSearch {
    let sorted = samples.sorted { $0.logOdds < $1.logOdds }
    // Below all: everything is predicted as the second class.
    var now = sorted.reduce(0) { $0 + $1.weight * cost[$1.isSecond ? 1 : 0][1] }
    var candidates: [(threshold: ThresholdSearch, cost: Double)] = []
    // Any threshold above lower and up to upper decides alike.
    func note(_ lower: Double, _ upper: Double) {
      candidates.append((between(lower, upper, standard: standard), now))
    }
    note(-.infinity, sorted.first?.logOdds ?? .infinity)
    var index = 0
    while index < sorted.count {
      let logOdds = sorted[index].logOdds
      while index < sorted.count, sorted[index].logOdds == logOdds {
        let actual = sorted[index].isSecond ? 1 : 0
        now += sorted[index].weight * (cost[actual][0] - cost[actual][1])
        index += 1
      }
      note(logOdds, index < sorted.count ? sorted[index].logOdds : .infinity)
    }
    let scale = candidates.reduce(0) { max($0, abs($1.cost)) }
    let least = candidates.reduce(Double.infinity) { min($0, $1.cost) }
    let equal = candidates.filter { $0.cost <= least + 1e-12 * scale }.map(\.threshold)
    return equal.min { abs($0.probability - standard) < abs($1.probability - standard) }
      ?? between(-.infinity, .infinity, standard: standard)
  }

  /// The standard threshold where it lies between two samples, else the middle of their probabilities.
  private static func between(_ lower: Double, _ upper: Double, standard: Double) -> ThresholdSearch {
    let low = sigmoid(lower), high = sigmoid(upper), below = sigmoid(-lower), above = sigmoid(-upper)
    if low < standard, high > standard {
      return ThresholdSearch(logOdds: DoubleFunctions.log(standard / (1 - standard)), probability: standard)
    }
    // log of the middle over one minus the middle, each without cancellation.
    var logOdds = DoubleFunctions.log((low + high) / (below + above))
    if !(logOdds > lower && logOdds <= upper) {
      let factor = DoubleFunctions.log(2)
      logOdds =
        upper == .infinity ? lower + factor : lower == -.infinity ? upper - factor : lower + (upper - lower) / 2
      logOdds = max(logOdds, lower.nextUp)
    }
    return ThresholdSearch(logOdds: logOdds, probability: low + (high - low) / 2)
  }

  private static func sigmoid(_ z: Double) -> Double {
    let power = DoubleFunctions.exp(-abs(z))
    return z >= 0 ? 1 / (1 + power) : power / (1 + power)
  }
}

/// The search as a metric: it has to see all samples, of all ranks, like one.
package struct DecisionThreshold: MetricSpec {
  package static let kind = "decision_threshold"
  package static let summary = "the threshold of least cost"
  package static let examples = ["{}", "{ }"]
  package var higherIsBetter: Bool? { nil }
  /// The threshold of outputs that are calibrated.
  var standard = 0.5

  package init(nearest standard: Double) { self.standard = standard }
  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let cost = context.cost ?? [[0, 1], [1, 0]], standard = standard
    return SampleState { row, numbers in
      let logOdds = context.logOdds(row.outputs)
      numbers += [logOdds.isNaN ? 0 : logOdds, Double(row.targetClass), row.weight]
    } finish: { numbers in
      let samples = stride(from: 0, to: numbers.count, by: 3).map {
        ThresholdSearch.Sample(logOdds: numbers[$0], isSecond: numbers[$0 + 1] == 1, weight: numbers[$0 + 2])
      }
      let best = ThresholdSearch.best(samples, cost: cost, nearest: standard)
      return .vector(
        Self.kind, labels: ["probability", "log_odds"], [MetricNumber(best.probability), MetricNumber(best.logOdds)])
    }
  }
}
