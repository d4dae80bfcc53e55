internal import Specs
internal import Statistics

/// A parameter of a loss by what the data say, or the reason why it stays as it is: a number that would mean nothing is
/// not filled in.
struct FilledParameter {
  /// Of the loss's object; none: the default stays.
  let members: [ConfigValue.Member]
  /// How the number comes about, or why there is none.
  let words: String

  // MARK: - Where squares end

  /// In units of the spread that normalization makes 1. A network begins with errors of about that size: with a smaller
  /// delta all of them would lie beyond it, and no slope would be steeper than a thousandth; with a larger one nothing
  /// would.
  static let sizes = 1e-3...1e3

  /// The error from which a loss is no square any more: `1.345 · 1.4826 · MAD` of the residuals.
  ///
  /// - Parameters:
  ///   - key: of the loss.
  ///   - delta: by the residuals, in the units that `place` names.
  ///   - unit: what normalization multiplies it with.
  ///   - isExact: whether the fit that the residuals are of leaves next to nothing.
  static func size(_ key: String, delta: Double, unit: Double, place: String, isExact: Bool) -> FilledParameter {
    let value = NumberText.rounded(delta * unit), rule = "1.345 · 1.4826 · MAD of the residuals"
    if Self.sizes.contains(value) {
      return FilledParameter(
        members: [.init(key, .number(value))],
        words: "\(key) is \(rule): \(NumberText.short(delta, digits: 4)) \(place)"
          + (unit == 1 ? "" : ", \(NumberText.short(value, digits: 4)) after normalization"))
    }
    let found = "is \(NumberText.short(delta, digits: 4)) \(place), "
    let problem =
      delta == 0
      ? "is 0, as half of the residuals or more are the same"
      : value > Self.sizes.upperBound
        ? found + "more than a thousand times the targets' spread: no error would lie beyond it"
        : found
          + "less than a thousandth of the targets' spread: all errors would lie beyond it, and slopes would be as small "
          + (isExact
            ? "(the quick fit leaves next to nothing)" : "(a few rows far off make that spread: look at them first)")
    return FilledParameter(members: [], words: "\(key) stays at its default: \(rule) \(problem)")
  }

  // MARK: - Tweedie's power

  /// Powers that are filled in: at 1 and 2 the formula ends.
  static let powers = 1.05...1.95

  /// Tweedie's power by the variance law.
  ///
  /// - Parameters:
  ///   - law: nil: nothing is known of it.
  ///   - standard: what is taken where the law says nothing.
  static func power(_ law: (power: Double, standardError: Double)?, default standard: Double) -> FilledParameter {
    let kept = standard == 1.5 ? "stays at its default" : "is set to \(NumberText.short(standard))"
    func unfilled(_ reason: String) -> FilledParameter {
      FilledParameter(
        members: standard == 1.5 ? [] : [.init("power", .number(standard))], words: "power \(kept): \(reason)")
    }
    guard let law, law.power.isFinite, law.standardError < 0.5 else {
      return unfilled("how the variance grows with the mean cannot be told from these rows")
    }
    let found =
      "\(NumberText.short(law.power, digits: 3)) ± \(NumberText.short(law.standardError, digits: 1))"
    guard law.power > 0 else {
      return unfilled("the variance does not grow with the mean (power \(found)), as tweedie's does")
    }
    let value = NumberText.rounded(min(powers.upperBound, max(powers.lowerBound, law.power)), digits: 3)
    return FilledParameter(
      members: [.init("power", .number(value))],
      words: Self.powers.contains(law.power)
        ? "power is that of the variance by the mean: \(found)"
        : "the variance grows with the mean to the power \(found), and power is the nearest that tweedie has")
  }

  // MARK: - Levels

  /// A warning where so few rows lie beyond a level that nothing says where its quantile is; nil elsewhere.
  static func problem(ofLevels levels: [Double], rows: Int) -> String? {
    let rare = levels.filter { Double(rows) * min($0, 1 - $0) < 1 }
    guard let worst = rare.min(by: { min($0, 1 - $0) < min($1, 1 - $1) }) else { return nil }
    return
      "of \(rows.counted("training row")) fewer than one is expected \(worst < 0.5 ? "below" : "above") the quantile of level "
      + "\(NumberText.short(worst, digits: 6)): these rows do not say where it is"
  }
}
