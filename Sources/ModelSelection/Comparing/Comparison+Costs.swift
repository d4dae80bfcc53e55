internal import Datasets
internal import Metrics
internal import Specs
package import Statistics
internal import Training

/// What a candidate's decisions between two classes cost, where the config says what mistakes cost.
package struct CostFinding: Sendable, Equatable {
  package var candidate: String
  package var costs: CostCurve.Costs
  package var curve: CostCurve

  /// It in a line.
  var line: String {
    func words(_ value: Double) -> String { ComparisonText.short(value) }
    return
      "\(candidate.excerpt(60)): \(words(curve.best.cost)) a decision at the threshold \(words(curve.best.threshold)) (the folds do not tell "
      + "\(words(curve.low)) to \(words(curve.high)) apart), \(words(curve.crossFitted)) where other folds choose it, "
      + "\(words(curve.standard.cost)) at \(words(curve.standard.threshold))"
  }

  var json: ConfigValue {
    .object([
      .init("candidate", .string(candidate)), .init("false_positive", costs.falsePositive.json),
      .init("false_negative", costs.falseNegative.json), .init("best_threshold", curve.best.threshold.json),
      .init("best_cost", curve.best.cost.json), .init("low", curve.low.json), .init("high", curve.high.json),
      .init("cross_fitted_cost", curve.crossFitted.json), .init("standard_threshold", curve.standard.threshold.json),
      .init("standard_cost", curve.standard.cost.json),
      .init("curve", .array(curve.points.map { .array([$0.threshold.json, $0.cost.json]) })),
    ])
  }
}

extension Comparison {
  /// Rows beyond which no probabilities are kept.
  private static let scoredRows = 200_000

  /// What mistakes cost: as the first candidate says that says it; nil where none does, or there are not two classes.
  static func costs(_ candidates: [Candidate], _ description: DataDescription) -> CostCurve.Costs? {
    guard description.targetKind == .classes, description.classNames.count == 2,
      description.count(of: .train) <= scoredRows,
      let cost = candidates.lazy.compactMap(\.config.loss.cost).first,
      let matrix = try? cost.matrix(description.classNames, path: "loss.cost")
    else { return nil }
    // What a right decision costs is paid anyway.
    let costs = CostCurve.Costs(
      falsePositive: matrix[0][1] - matrix[0][0], falseNegative: matrix[1][0] - matrix[1][1])
    return costs.falsePositive >= 0 && costs.falseNegative >= 0 ? costs : nil
  }

  /// The cost curves of the candidates whose trainings have kept their probabilities.
  func costFindings(_ results: [[TrialResult]], ratio: Double) -> [CostFinding] {
    guard let costs else { return [] }
    return zip(candidates, results).enumerated().compactMap { index, pair in
      let (candidate, results) = pair
      guard results.allSatisfy({ !$0.scores.isEmpty }) else { return nil }
      let folds = results.indices.flatMap { [Int](repeating: $0, count: results[$0].scores.count) }
      let scores = results.flatMap(\.scores)
      let curve = CostCurve(
        probabilities: scores.map(\.probability), isPositive: scores.map(\.isPositive), folds: folds,
        foldsInRepeat: options.folds, costs: costs, testTrainRatio: ratio, standard: standards[index])
      return curve.map { CostFinding(candidate: candidate.name, costs: costs, curve: $0) }
    }
  }
}
