internal import Specs

/// The threshold on the second class's probability that costs least.
enum ThresholdSearch {
  /// Searches all thresholds that tell samples apart; of equal costs the one nearest ½.
  ///
  /// - Parameters:
  ///   - samples: probability of the second class, whether the sample is of it, weight.
  ///   - cost: row actual, column predicted.
  static func best(_ samples: [(probability: Double, isSecond: Bool, weight: Double)], cost: [[Double]]) -> Double {
    let sorted = samples.sorted { $0.probability < $1.probability }
    // Below all: everything is predicted as the second class.
    var now = sorted.reduce(0) { $0 + $1.weight * cost[$1.isSecond ? 1 : 0][1] }
    var candidates: [(threshold: Double, cost: Double)] = []
    func note(_ lower: Double, _ upper: Double) {
      // Any threshold above lower and up to upper decides alike: the one nearest ½, away from the samples where there is room.
      let middle = lower + (upper - lower) / 2
      candidates.append((lower < 0.5 && upper > 0.5 ? 0.5 : max(middle, lower.nextUp), now))
    }
    note(0, sorted.first?.probability ?? 1)
    var index = 0
    while index < sorted.count {
      let probability = sorted[index].probability
      while index < sorted.count, sorted[index].probability == probability {
        let actual = sorted[index].isSecond ? 1 : 0
        now += sorted[index].weight * (cost[actual][0] - cost[actual][1])
        index += 1
      }
      note(probability, index < sorted.count ? sorted[index].probability : 1.000001)
    }
    let scale = candidates.reduce(0) { max($0, abs($1.cost)) }
    let least = candidates.reduce(Double.infinity) { min($0, $1.cost) }
    let equal = candidates.filter { $0.cost <= least + 1e-12 * scale }
    return equal.min { abs($0.threshold - 0.5) < abs($1.threshold - 0.5) }?.threshold ?? 0.5
  }
}

/// The search as a metric: it has to see all samples, of all ranks, like one.
struct DecisionThreshold: MetricSpec {
  static let kind = "decision_threshold"
  static let summary = "the threshold of least cost"
  static let samples = ["{}", "{ }"]
  var higherIsBetter: Bool? { nil }

  init() {}
  init(from fields: FieldReader) throws(ConfigError) {}

  func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
    let cost = context.cost ?? [[0, 1], [1, 0]]
    return SampleState { row, numbers in
      numbers += [context.probabilities(row.outputs)[1], Double(row.targetClass), row.weight]
    } finish: { numbers in
      let samples = stride(from: 0, to: numbers.count, by: 3).map {
        (probability: numbers[$0], isSecond: numbers[$0 + 1] == 1, weight: numbers[$0 + 2])
      }
      return [(Self.kind, ThresholdSearch.best(samples, cost: cost))]
    }
  }
}
