internal import Kernels
internal import Specs
internal import Statistics

/// What one column of target numbers looks like.
enum NumberFacts {
  static func facts(_ study: NumberStudy, input: AdviceInput) -> [Fact] {
    let column = study.column, evidence = study.evidence
    var facts: [Fact] = []
    let quartiles = [0.25, 0.5, 0.75].map { quantile(ofSorted: column.sorted, $0) }
    facts.append(
      Fact(
        "location",
        [
          .init("least", column.minimum), .init("first_quartile", quartiles[0]), .init("median", quartiles[1]),
          .init("third_quartile", quartiles[2]), .init("most", column.maximum),
          .init("mad", medianAbsoluteDeviation(column.values)), .init("different", Double(column.distinct)),
        ],
        "from \(NumberText.short(column.minimum)) to \(NumberText.short(column.maximum)), median \(NumberText.short(quartiles[1])), quartiles "
          + "\(NumberText.short(quartiles[0])) and \(NumberText.short(quartiles[2])), \(column.distinct.counted("different value"))",
        effect: 0.5))
    if column.zeros > 0 {
      facts.append(
        Fact(
          "zeros", [.init("share", column.zeroShare)], "\(NumberText.percent(column.zeroShare)) of the targets are 0",
          effect: column.zeroShare))
    }
    let decades = column.decades
    if decades >= 1 {
      facts.append(
        Fact(
          "range", [.init("decades", decades)],
          "magnitudes spread over \(NumberText.short(decades, digits: 2)) powers of ten", effect: min(1, decades / 8)))
    }
    outliers(study, &facts)
    if study.fitsExactly {
      facts.append(
        Fact(
          "exact_fit", [.init("gain", study.identity.gain)],
          "a quick fit on the features predicts left-out rows to the last digits: what is left is rounding and says nothing of tails or "
            + "spread", effect: 1))
    }
    if !study.fitsExactly, let tail = TailIndex(study.identity.residuals.map(\.magnitude)) {
      facts.append(
        Fact(
          "tail_index",
          [
            .init("alpha", tail.index), .init("low", tail.low), .init("high", tail.high),
            .init("rows", Double(tail.count)),
          ],
          "the tail index of the residuals is \(NumberText.short(tail.index)) (95 %: \(NumberText.short(tail.low)) to "
            + "\(NumberText.short(tail.high))); below 2 squared errors have no mean",
          effect: min(1, max(0, (3 - tail.index) / 2))))
    }
    let couple = medcouple(ofSorted: column.sorted)
    let skewness = Moments(column.values)?.skewness ?? 0
    if couple.magnitude >= 0.1 {
      facts.append(
        Fact(
          "skewness", [.init("medcouple", couple), .init("moment", skewness)],
          "skewed \(couple > 0 ? "to the right" : "to the left"): medcouple \(NumberText.short(couple, digits: 2))",
          effect: couple.magnitude))
    }
    if study.identity.level > 0, !study.fitsExactly,
      let test = BreuschPagan(residuals: study.identity.residuals, predictions: study.identity.predictions)
    {
      let explained = max(evidence.spreadExplained, test.multiplier / Double(max(1, study.y.count)))
      if explained >= 0.02 {
        facts.append(
          Fact(
            "heteroscedasticity",
            [.init("explained", explained), .init("lagrange_multiplier", test.multiplier)],
            "the spread of the residuals is not the same everywhere: \(NumberText.percent(explained)) of it is explained",
            effect: min(1, 3 * explained), pValue: test.pValue))
      }
    }
    if let law = study.law, law.standardError < 1, !study.fitsMeansExactly {
      facts.append(
        Fact(
          "variance_law", [.init("power", law.power), .init("standard_error", law.standardError)],
          "the variance grows with the mean to the power \(NumberText.short(law.power, digits: 2)) ± "
            + "\(NumberText.short(law.standardError, digits: 1)) (0 squares, 1 counts, 2 gamma)",
          effect: min(1, law.power.magnitude / 2)))
    }
    counts(study, &facts)
    if let cap = column.cap {
      facts.append(
        Fact(
          "cap", [.init("value", cap.value), .init("share", cap.share)],
          "\(NumberText.percent(cap.share)) of the targets are exactly \(NumberText.short(cap.value, digits: 6)), the "
            + (cap.isUpper ? "most" : "least"), effect: min(1, 3 * cap.share)))
    }
    return facts
  }

  private static func outliers(_ study: NumberStudy, _ facts: inout [Fact]) {
    let residuals = study.identity.residuals.sorted()
    guard !residuals.isEmpty else { return }
    let evidence = study.evidence
    let fences = adjustedFences(ofSorted: residuals)
    let beyond = Double(residuals.count { $0 < fences.low || $0 > fences.high }) / Double(residuals.count)
    facts.append(
      Fact(
        "outliers",
        [
          .init("share", evidence.outlierShare), .init("share_beyond_adjusted_fences", beyond),
          .init("residual_mad", study.residualDeviation), .init("heavy_tail_gain", evidence.heavyGain),
          .init("degrees_of_freedom", evidence.degrees),
        ],
        "\(NumberText.percent(evidence.outlierShare)) of the residuals are outliers (beyond 3.5 robust deviations), by the adjusted box plot "
          + "\(NumberText.percent(beyond)); their median absolute deviation is \(NumberText.short(study.residualDeviation))",
        effect: study.fitsExactly
          ? 0 : min(1, 10 * max(evidence.outlierShare - 0.0005, evidence.heavyGain.isFinite ? evidence.heavyGain : 0))))
  }

  private static func counts(_ study: NumberStudy, _ facts: inout [Fact]) {
    guard study.column.isWhole, study.column.minimum <= 1, let dispersion = study.dispersion else { return }
    facts.append(
      Fact(
        "dispersion",
        [.init("pearson", dispersion.pearson), .init("alpha", dispersion.alpha), .init("t", dispersion.t)],
        "counts vary \(NumberText.short(dispersion.pearson)) times as much as Poisson's"
          + (study.isOverdispersed ? ": overdispersed" : ""),
        effect: min(1, (dispersion.pearson - 1).magnitude / 3)))
    if let excess = study.zeroExcess, study.column.zeros > 0 {
      let score = ZeroInflation(study.column.values)
      facts.append(
        Fact(
          "zero_inflation",
          [.init("share", excess.share), .init("expected", excess.expected), .init("score", score?.score ?? 0)],
          "\(NumberText.percent(excess.share)) zeros, where counts of this mean and spread have \(NumberText.percent(excess.expected))"
            + (study.hasExtraZeros ? ": extra zeros" : ""),
          effect: min(1, 2 * (excess.share - excess.expected).magnitude), pValue: score?.pValue))
    }
  }
}
