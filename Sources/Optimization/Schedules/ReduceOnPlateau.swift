package import Specs

/// The learning rate times `factor` whenever validation has not become better for a while: PyTorch's
/// `ReduceLROnPlateau`.
package struct ReduceOnPlateau: ScheduleSpec {
  package static let kind = "reduce_on_plateau"
  package static let summary = "times factor whenever validation has stopped getting better"
  package static let examples = [
    #"{"patience": 2}"#, #"{"factor": 0.5, "patience": 1, "cooldown": 1, "threshold": 0.01}"#,
  ]

  /// The name of a result of the validation part, or its unambiguous beginning.
  package var metric: String
  var factor: Double
  var patience: Int
  var threshold: Double
  var cooldown: Int
  var minimum: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    metric = try fields.text(
      "metric", default: "loss", "what is watched: loss or a metric's result, on the validation part")
    factor = try fields.number(
      "factor", default: 0.1, in: .unitOpen, "what a reduction multiplies the learning rate by")
    patience = try fields.integer("patience", default: 10, in: 0...1_000_000, "epochs without gain before a reduction")
    threshold = try fields.number(
      "threshold", default: 0.0001, in: .unit, "share of the best value that counts as a gain")
    cooldown = try fields.integer("cooldown", default: 0, in: 0...1_000_000, "epochs to wait after a reduction")
    minimum = try fields.number("minimum", default: 0, in: .nonNegative, "the learning rate does not go below this")
  }

  package func learningRate(at step: Int, of plan: SchedulePlan) -> Double { plan.base }
}

/// What ``ReduceOnPlateau`` remembers from one validation to the next.
package struct PlateauState: Sendable, Equatable {
  /// What the learning rate is multiplied by.
  package private(set) var scale = 1.0
  package private(set) var best: Double?
  package private(set) var waited = 0
  package private(set) var cooling = 0

  package init() {}

  /// A state as it was.
  package init(scale: Double, best: Double?, waited: Int, cooling: Int) {
    self.scale = scale
    self.best = best
    self.waited = waited
    self.cooling = cooling
  }

  /// Takes notice of a validation's value. A gain is more than `threshold · |best|`, whatever the sign of the best
  /// value (PyTorch's `best · (1 ± threshold)` moves to the wrong side of a negative one). Until there was a finite
  /// value, nothing is waited for.
  ///
  /// - Parameter base: the learning rate at scale 1.
  package mutating func note(_ value: Double, higherIsBetter: Bool, base: Double, schedule: ReduceOnPlateau) {
    guard best != nil || value.isFinite else { return }
    let isGain =
      best.map { best in
        let gain = higherIsBetter ? value - best : best - value
        return value.isFinite && gain > schedule.threshold * abs(best)
      } ?? true
    if isGain {
      best = value
      waited = 0
    } else {
      waited += 1
    }
    if cooling > 0 {
      cooling -= 1
      waited = 0
    }
    guard waited > schedule.patience else { return }
    scale = max(scale * schedule.factor, base > 0 ? min(scale, schedule.minimum / base) : 0)
    cooling = schedule.cooldown
    waited = 0
  }

  /// The state as numbers, for checkpoints.
  package var numbers: [Double] { [scale, best ?? .nan, Double(waited), Double(cooling)] }

  /// The state that ``numbers`` gave; nil where they are not such.
  package init?(numbers: [Double]) {
    guard numbers.count == 4, numbers[0] >= 0, numbers[0] <= 1, (0...1e9).contains(numbers[2]),
      (0...1e9).contains(numbers[3])
    else { return nil }
    scale = numbers[0]
    best = numbers[1].isNaN ? nil : numbers[1]
    waited = Int(numbers[2])
    cooling = Int(numbers[3])
  }
}
