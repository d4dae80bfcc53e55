internal import Optimization
internal import Specs

/// Everything a run remembers beside its arrays, as a checkpoint's manifest holds it.
///
/// Numbers that enter results are written as the 16 hexadecimal digits of their bits.
struct RunState: Equatable {
  /// Batches trained on, in this and earlier processes.
  var step = 0
  /// Updates, and steps without one.
  var stepsDone = 0
  var emptySteps = 0
  var skippedSteps = 0
  /// Since the epoch's start, and since the last line of the log.
  var epochMean = LossMean()
  var interval = LossMean()
  /// The best validation: value, step, evaluations since.
  var best: (value: Double?, step: Int, waited: Int) = (nil, 0, 0)
  var plateau = PlateauState()
  /// Seconds of training so far.
  var seconds = 0.0

  static func == (a: Self, b: Self) -> Bool { a.value == b.value }

  var value: ConfigValue {
    .object([
      .init("step", .integer(step)), .init("updates", .integer(stepsDone)), .init("empty_steps", .integer(emptySteps)),
      .init("skipped_steps", .integer(skippedSteps)), .init("epoch_mean", Self.value(epochMean)),
      .init("interval_mean", Self.value(interval)),
      .init(
        "best",
        .object([
          .init("value", Self.value(best.value)), .init("step", .integer(best.step)),
          .init("waited", .integer(best.waited)),
        ])),
      .init(
        "plateau",
        .object([
          .init("scale", Self.value(plateau.scale)), .init("best", Self.value(plateau.best)),
          .init("waited", .integer(plateau.waited)), .init("cooling", .integer(plateau.cooling)),
        ])), .init("seconds", .number(seconds)),
    ])
  }

  /// - Returns: nil where the value is not that of a state.
  init?(_ value: ConfigValue?) {
    guard let value, let step = Self.integer(value["step"]), let updates = Self.integer(value["updates"]),
      let empty = Self.integer(value["empty_steps"]), let skipped = Self.integer(value["skipped_steps"]),
      let epochMean = Self.mean(value["epoch_mean"]), let interval = Self.mean(value["interval_mean"]),
      let best = value["best"], let bestStep = Self.integer(best["step"]),
      let bestWaited = Self.integer(best["waited"]),
      let plateau = value["plateau"], let scale = Self.number(plateau["scale"]),
      let waited = Self.integer(plateau["waited"]), let cooling = Self.integer(plateau["cooling"])
    else { return nil }
    self.init()
    (self.step, stepsDone, emptySteps, skippedSteps) = (step, updates, empty, skipped)
    (self.epochMean, self.interval) = (epochMean, interval)
    self.best = (Self.number(best["value"]), bestStep, bestWaited)
    self.plateau = PlateauState(scale: scale, best: Self.number(plateau["best"]), waited: waited, cooling: cooling)
    switch value["seconds"] {
    case .number(let seconds)?: self.seconds = seconds
    case .integer(let seconds)?: self.seconds = Double(seconds)
    default: break
    }
  }

  init() {}

  private static func value(_ number: Double?) -> ConfigValue {
    guard let number else { return .null }
    let digits = String(number.bitPattern, radix: 16)
    return .string(String(repeating: "0", count: 16 - digits.count) + digits)
  }

  private static func value(_ mean: LossMean) -> ConfigValue {
    .object([
      .init("loss", value(mean.loss)), .init("weight", value(mean.weight)), .init("samples", .integer(mean.samples)),
    ])
  }

  private static func integer(_ value: ConfigValue?) -> Int? {
    // Far above any run, and far below where sums of such numbers overflow.
    guard case .integer(let number)? = value, number >= 0, number < 1 << 53 else { return nil }
    return number
  }

  private static func number(_ value: ConfigValue?) -> Double? {
    guard case .string(let text)? = value, text.count == 16 else { return nil }
    return UInt64(text, radix: 16).map { Double(bitPattern: $0) }
  }

  private static func mean(_ value: ConfigValue?) -> LossMean? {
    guard let value, let loss = number(value["loss"]), let weight = number(value["weight"]),
      let samples = integer(value["samples"])
    else { return nil }
    return LossMean(loss: loss, weight: weight, samples: samples)
  }
}
