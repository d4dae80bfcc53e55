internal import Datasets
internal import Kernels
internal import Specs
internal import Statistics

/// Losses of one column of numbers, by what its study says.
struct NumberRanking {
  let study: NumberStudy
  let reading: ProblemReading
  /// What the person wants; nil: what the data suggest.
  let wanted: Functional?
  let functional: Functional
  let functionalReason: String
  /// The group that is right.
  let group: LossGroup

  init(_ study: NumberStudy, reading: ProblemReading, wanted: Functional?) {
    (self.study, self.reading, self.wanted) = (study, reading, wanted)
    let evidence = study.evidence
    // What an exact fit leaves is rounding, whose tails are nobody's errors.
    let isHeavy = evidence.heavyGain > evidence.heavyThreshold && !study.fitsExactly
    let own: LossGroup =
      switch reading.kind {
      case .counts: .counts
      case .amounts: .amounts
      case .shares: .shares
      case .positive: .positive
      default: isHeavy ? .robust : .squared
      }
    switch wanted {
    case .quantile(let level):
      group = .quantile
      functional = .quantile(level)
      functionalReason = "asked for"
    case .median:
      group = own == .positive ? .positive : .robust
      functional = .median
      functionalReason = "asked for"
    case .mean, .probability, .distribution, .ranking:
      group = own == .robust ? .squared : own
      functional = .mean
      functionalReason = wanted == .mean ? "asked for" : "numbers have no probability of their own"
    case nil:
      group = own
      switch own {
      case .robust:
        functional = .median
        functionalReason = "with tails as heavy as these the mean follows a few rows; the centre does not"
      case .positive where Self.hasNoMean(study):
        functional = .median
        functionalReason = "so few rows hold so much of the sum that the mean cannot be learned"
      default:
        functional = .mean
        functionalReason = "nothing speaks against means, and sums of them are right"
      }
    }
  }

  /// Whether positive values have tails so heavy that their variance is infinite.
  private static func hasNoMean(_ study: NumberStudy) -> Bool {
    guard let tail = TailIndex(study.column.values) else { return false }
    return tail.index < 2 && (study.evidence.gamma.map { $0 < (study.evidence.positive ?? 0) - 0.05 } ?? true)
  }

  var contenders: [Contender] {
    switch group {
    case .quantile: quantiles
    case .robust: numbers(squared: false)
    case .positive: positive
    case .counts: counts
    case .amounts: amounts
    case .shares: shares
    default: numbers(squared: true)
    }
  }

  // MARK: - Parts

  /// Standard where the targets are plain numbers: networks learn numbers near 1.
  private var transform: TargetTransform { study.column.distinct > 1 ? .standard : .none }

  /// What the loss sees of one unit of the file.
  private func unit(_ transform: TargetTransform) -> Double {
    guard transform == .standard, let moments = Moments(study.column.values), moments.deviation > 0 else { return 1 }
    return 1 / moments.deviation
  }

  private func huber(_ score: Double, transform: TargetTransform, reasons: [String]) -> Contender {
    var delta = RobustLeastSquares.delta(study.identity.residuals) * study.scale, place = "of the target's units"
    var factor = unit(transform), isExact = study.fitsExactly
    if transform.function != .identity, let logs = logResiduals(transform) {
      (delta, place) = (RobustLeastSquares.delta(logs.residuals), "of the logarithm")
      (factor, isExact) = (logs.unit, study.fitsMeansExactly)
    }
    let parameter = FilledParameter.size("delta", delta: delta, unit: factor, place: place, isExact: isExact)
    return Contender(
      "huber", score, parameters: parameter.members, transform: transform, reasons: reasons + [parameter.words],
      warnings: transform.function == .identity ? [] : [Self.smearing],
      metrics: ["mae", "median_absolute_error", "rmse"])
  }

  /// Residuals of logarithms about their centre or their fit, and what normalization multiplies them with.
  private func logResiduals(_ transform: TargetTransform) -> (residuals: [Double], unit: Double)? {
    let shift: Double = transform.function == .log ? 0 : 1
    let values = study.column.values
    guard values.allSatisfy({ $0 + shift > 0 }) else { return nil }
    let logs = values.map { DoubleFunctions.log($0 + shift) }
    guard let moments = Moments(logs), moments.deviation > 0 else { return nil }
    guard let means = study.means, means.predictions.allSatisfy({ $0 > 0 }) else {
      let center = median(logs)
      return (logs.map { $0 - center }, 1 / moments.deviation)
    }
    let residuals = zip(study.y, means.predictions).map {
      DoubleFunctions.log($0 * study.scale + shift) - DoubleFunctions.log($1 * study.scale + shift)
    }
    return (residuals, 1 / moments.deviation)
  }

  static let smearing =
    "predictions go back through the exponential to a geometric centre, not to the mean; for means multiply by the smearing factor, "
    + "the mean of e^residual (the run reports it)"

  private var heavyWords: String {
    let evidence = study.evidence
    return
      "\(NumberText.percent(evidence.outlierShare)) of the residuals are beyond 3.5 robust deviations, and their tails are those of "
      + "Student's t with \(NumberText.short(evidence.degrees)) degrees of freedom: \(NumberText.short(evidence.heavyGain)) nats a row "
      + "better than normal"
  }

  private var lightWords: String {
    if study.fitsExactly {
      return "the quick fit leaves next to nothing of the targets: nothing speaks of tails, and nothing against squares"
    }
    let evidence = study.evidence
    return
      "tails are light: \(NumberText.percent(evidence.outlierShare)) of the residuals are beyond 3.5 robust deviations, and heavy "
      + "tails describe them by only \(NumberText.short(max(0, evidence.heavyGain))) nats a row better"
  }

  /// How much of its score a group keeps that is behind by so many nats a row.
  private func share(_ behind: Double) -> Double { behind.isFinite ? 1 / (1 + 10 * max(0, behind)) : 0.05 }

  private var spread: Contender {
    let explained = study.fitsExactly ? 0 : study.evidence.spreadExplained
    return Contender(
      "gaussian_nll", explained > 0.1 ? 0.7 : 0.15, transform: transform, outputs: 2,
      reasons: [
        explained > 0.1
          ? "the spread depends on the features: they explain \(NumberText.percent(explained)) of the logarithm of the residuals' size"
          : "where a spread is wanted for each row"
      ],
      warnings: study.fitsExactly
        ? ["the features predict the targets to the last digits: there is no spread to learn, and it falls without end"]
        : [], metrics: ["rmse", "mae"])
  }

  private func interval(_ score: Double) -> Contender {
    let levels = [0.05, 0.5, 0.95]
    return Contender(
      "quantile", score, parameters: [.init("quantiles", .array(levels.map(ConfigValue.number)))],
      transform: transform, outputs: 3,
      reasons: ["where an interval is wanted: nine of ten targets lie between the outer two"],
      warnings: FilledParameter.problem(ofLevels: levels, rows: study.column.count).map { [$0] } ?? [],
      metrics: ["pinball_loss", "coverage", "quantile_crossing"])
  }

  private func absolute(_ score: Double, _ reason: String) -> Contender {
    Contender(
      "mae", score, transform: transform, reasons: [reason], metrics: ["mae", "median_absolute_error", "rmse"])
  }

  private func numbers(squared: Bool) -> [Contender] {
    let evidence = study.evidence
    let transform = transform
    let gain = study.fitsExactly ? 0 : evidence.heavyGain
    let robust = share(squared ? max(0.05, -gain) : 0)
    let squares = share(squared ? 0 : max(0.05, gain))
    // Tails so slow that not even a mean exists; a group of rows far off is none.
    let tail = TailIndex(study.identity.residuals.map(\.magnitude))
    let verySlow = !squared && evidence.degrees < 1.3 && tail.map { $0.index < 1.3 } ?? false
    let prefersMedian = verySlow || wanted == .median
    let words = gain > evidence.heavyThreshold ? heavyWords : lightWords
    var found = [
      Contender("mse", squares, transform: transform, reasons: [words], metrics: ["rmse", "mae", "r2"]),
      huber(robust * (prefersMedian ? 0.9 : 1), transform: transform, reasons: [words]),
      absolute(
        prefersMedian ? robust : robust * 0.9,
        wanted == .median
          ? "medians were asked for, and it is least there"
          : verySlow ? words + "; not even a mean can be relied on" : words),
      Contender(
        "log_cosh", robust * 0.8, transform: transform, reasons: ["as huber, without a number to set"],
        metrics: ["mae", "median_absolute_error", "rmse"]),
      Contender(
        "smooth_l1", robust * 0.75, parameters: beta.members, transform: transform,
        reasons: ["as huber, in another scale", beta.words],
        metrics: ["mae", "median_absolute_error", "rmse"]),
      spread, interval(0.25),
    ]
    if wanted == .mean, gain > evidence.heavyThreshold {
      found[0].warnings.append(
        "the mean was asked for, and tails as heavy as these make it follow a few rows; a robust loss predicts the centre instead"
      )
    }
    return found
  }

  private var beta: FilledParameter {
    .size(
      "beta", delta: RobustLeastSquares.delta(study.identity.residuals) * study.scale, unit: unit(transform),
      place: "of the target's units", isExact: study.fitsExactly)
  }

  private var positive: [Contender] {
    let evidence = study.evidence
    let gamma = evidence.gamma ?? -.infinity, best = evidence.positive ?? 0
    let slow = functional == .median
    let words =
      "all targets are above 0, and distributions whose spread grows with the mean describe them by "
      + "\(NumberText.short(max(0, evidence.positiveGain))) nats a row better than those of constant spread"
    var law: [String] = []
    if let power = study.law?.power, study.law.map({ $0.standardError < 0.5 }) == true {
      law.append("the variance grows with the mean to the power \(NumberText.short(power, digits: 2)); 2 is gamma's")
    }
    return [
      Contender(
        "gamma", slow ? 0.8 : 1, reasons: [words] + law,
        warnings: slow && wanted == nil
          ? ["the tail is so heavy that means are decided by a few rows"] : [], metrics: ["mae", "rmse", "msle"]),
      huber(slow ? (wanted == .median ? 0.9 : 1) : 0.85, transform: .log, reasons: [words]),
      Contender(
        "msle", 0.8 * share(max(0, gamma - best)),
        reasons: [words, "errors count by their ratio"],
        warnings: ["targets are not normalized: where they are far from 1, the first steps are long"],
        metrics: ["msle", "mae", "rmse"]),
      Contender(
        "mse", 0.75, transform: .log, reasons: ["on logarithms their spread is the same everywhere"],
        warnings: [Self.smearing], metrics: ["msle", "mae", "rmse"]),
      tweedie(0.5, default: 1.9, reasons: ["as gamma, and zeros would be allowed"], metrics: ["mae", "rmse"]),
      Contender(
        "poisson", 0.4, reasons: ["means on their logarithm: right on average, though large values count most"],
        metrics: ["poisson_deviance", "mae", "rmse"]),
      Contender(
        "mae", wanted == .median ? 1 : 0.35, transform: .log,
        reasons: [wanted == .median ? "medians were asked for, and logarithms keep them" : "medians"],
        metrics: ["mae", "median_absolute_error"]),
      interval(0.25), spread,
    ]
  }

  /// Tweedie, with its power by the variance law where that says something.
  private func tweedie(
    _ score: Double, default standard: Double, reasons: [String], warnings: [String] = [], metrics: [String]
  ) -> Contender {
    // Of an exact fit only rounding is left.
    let law = study.fitsMeansExactly ? nil : study.law.map { ($0.power, $0.standardError) }
    let power = FilledParameter.power(law, default: standard)
    return Contender(
      "tweedie", score, parameters: power.members, reasons: reasons + [power.words], warnings: warnings,
      metrics: metrics)
  }

  private var counts: [Contender] {
    var words: [String] = [], warnings: [String] = []
    if let dispersion = study.dispersion {
      if study.isOverdispersed {
        words.append(
          "the counts vary \(NumberText.short(dispersion.pearson)) times as much as Poisson's: means are right all the same"
        )
        warnings.append(
          "overdispersion: intervals from Poisson's variance are too narrow; variance is about mean + "
            + "\(NumberText.short(max(0, dispersion.alpha))) · mean²")
      } else {
        words.append("the counts vary as Poisson's do: \(NumberText.short(dispersion.pearson)) times their mean")
      }
    }
    if words.isEmpty { words.append("whole numbers from 0 on: means on their logarithm are above 0") }
    if study.hasExtraZeros, let excess = study.zeroExcess {
      warnings.append(
        "extra zeros: \(NumberText.percent(excess.share)) of the targets are 0, and counts of this mean and spread have "
          + "\(NumberText.percent(excess.expected)); a mean says nothing of how they come about")
    }
    let zeros = study.hasExtraZeros
    return [
      Contender(
        "poisson", 1, reasons: words, warnings: warnings, metrics: ["poisson_deviance", "mae", "rmse"]),
      tweedie(
        zeros ? 0.9 : study.isOverdispersed ? 0.7 : 0.5, default: 1.5,
        reasons: ["a variance that grows faster than the mean"], warnings: warnings,
        metrics: ["poisson_deviance", "mae", "rmse"]),
      Contender(
        "mse", 0.4, transform: .log1p, reasons: ["squares of logarithms of 1 + y"], warnings: [Self.smearing],
        metrics: ["msle", "rmse", "mae"]),
      Contender("msle", 0.35, reasons: ["errors count by their ratio"], metrics: ["msle", "mae"]),
      huber(0.3, transform: .standard, reasons: ["centres rather than means"]),
      absolute(0.25, "medians: whole numbers, and often 0"),
      interval(0.25), spread,
    ]
  }

  private var amounts: [Contender] {
    let words =
      "\(NumberText.percent(study.column.zeroShare)) of the targets are exactly 0, the others are spread over "
      + "\(NumberText.short(study.column.decades, digits: 2)) powers of ten"
    return [
      tweedie(
        1, default: 1.5, reasons: [words],
        warnings: study.column.zeroShare > 0.7 ? ["so many zeros: whether and how much may be two models"] : [],
        metrics: ["mae", "rmse"]),
      Contender(
        "poisson", 0.6, reasons: ["means on their logarithm, whatever the spread"],
        metrics: ["poisson_deviance", "mae", "rmse"]),
      Contender(
        "mse", 0.5, transform: .log1p, reasons: ["squares of logarithms of 1 + y"], warnings: [Self.smearing],
        metrics: ["msle", "rmse", "mae"]),
      Contender("msle", 0.45, reasons: ["errors count by their ratio"], metrics: ["msle", "mae"]),
      huber(0.3, transform: .standard, reasons: ["centres rather than means"]),
      absolute(
        0.2, study.column.zeroShare >= 0.5 ? "the median of all is 0: it may learn to say 0" : "medians"),
      interval(0.25), spread,
    ]
  }

  private var shares: [Contender] {
    [
      Contender(
        "binary_cross_entropy", 1, parameters: [.init("shares", .boolean(true))], group: .shares,
        reasons: ["targets are from 0 to 1, and so are its predictions: no share is predicted outside"],
        metrics: ["mae", "rmse", "r2"]),
      Contender(
        "mse", 0.6, transform: .standard, reasons: ["means, and predictions may leave 0 to 1"],
        metrics: ["rmse", "mae", "r2"]),
      huber(0.45, transform: .standard, reasons: ["centres, and predictions may leave 0 to 1"]),
      absolute(0.4, "medians, and predictions may leave 0 to 1"),
      interval(0.25), spread,
    ]
  }

  private var quantiles: [Contender] {
    guard case .quantile(let level) = functional else { return [] }
    var found = [
      Contender(
        "quantile", 1, parameters: [.init("quantiles", .array([.number(NumberText.rounded(level, digits: 6))]))],
        transform: transform,
        reasons: ["the level \(NumberText.short(level)) is what is wanted, and no other loss has its least there"],
        warnings: FilledParameter.problem(ofLevels: [level], rows: study.column.count).map { [$0] } ?? [],
        metrics: ["pinball_loss", "coverage", "mae"])
    ]
    if level == 0.5 { found.append(absolute(0.9, "the median is the quantile of level 0.5")) }
    return found
  }
}
