package import Specs

/// An exponential moving average of the weights (Polyak & Juditsky 1992), `training.ema`: evaluated and handed over in
/// place of the last weights.
package struct WeightAveraging: Sendable, Equatable {
  private var decay: Double
  private var warmsUp: Bool

  package init(from fields: FieldReader) throws(ConfigError) {
    decay = try fields.number("decay", default: 0.999, in: .unitOpen, "share of the average that each update keeps")
    warmsUp = try fields.boolean(
      "warmup", default: false, "start with a smaller decay: at most (1 + step) / (10 + step)")
  }

  /// The decay at an update, counted from 1.
  func decay(step: Int) -> Double { warmsUp ? min(decay, Double(1 + step) / Double(10 + step)) : decay }
}
