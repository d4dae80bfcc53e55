import Kernels

@testable import Networks

/// A softmax, and ways to get it wrong.
struct FlawedClasses: ProbabilityPrediction {
  enum Flaw: CaseIterable, Sendable {
    case none
    case column, outputColumn, sameNames, notTheOutputs
    case leastClass, lastOfEqual, scoreSign, scoreCount
    case sum, logProbability, sharpLogits, otherNumbers, scoresOfProbabilities

    var finding: Finding.Kind? {
      switch self {
      case .none: nil
      case .column, .outputColumn, .sameNames, .notTheOutputs: .columns
      case .leastClass, .lastOfEqual, .scoreSign, .scoreCount: .decisions
      case .sum, .logProbability, .sharpLogits, .otherNumbers, .scoresOfProbabilities: .probabilities
      }
    }
  }

  var flaw: Flaw
  private let right = SoftmaxClass()

  init(_ flaw: Flaw) { self.flaw = flaw }

  func areOutputs(_ units: Normalization) -> Bool { flaw == .notTheOutputs }

  func columns(classes: [String], targets: [String]) -> [String] {
    flaw == .sameNames ? classes.map { _ in "p" } : flaw == .column ? classes.dropLast() : classes
  }

  func outputColumns(classes: [String], targets: [String]) -> [String] {
    flaw == .outputColumn ? classes + ["more"] : classes
  }

  func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    probabilities(outputs).map { flaw == .otherNumbers ? $0 / 2 : $0 }
  }

  func logit(of index: Int, _ outputs: OutputRow) -> Double {
    Double(outputs[index]) * (flaw == .sharpLogits ? 1.01 : 1)
  }

  func predictedClass(_ outputs: OutputRow) -> Int {
    switch flaw {
    case .leastClass: outputs.indices.min { outputs[$0] < outputs[$1] } ?? 0
    case .lastOfEqual: outputs.indices.max { outputs[$0] < outputs[$1] || outputs[$0] == outputs[$1] && $0 < $1 } ?? 0
    default: right.predictedClass(outputs)
    }
  }

  func appendScores(_ outputs: OutputRow, to scores: inout [Double]) {
    right.appendScores(outputs, to: &scores)
    if flaw == .scoreSign { scores = scores.map { -$0 } }
    if flaw == .scoreCount { scores.append(0) }
    if flaw == .scoresOfProbabilities, outputs.count > 2 { scores = right.probabilities(outputs) }
  }

  func probabilities(_ outputs: OutputRow) -> [Double] {
    right.probabilities(outputs).map { flaw == .sum ? $0 * 0.999 : $0 }
  }

  func logProbability(of index: Int, _ outputs: OutputRow) -> Double {
    right.logProbability(of: index, outputs) * (flaw == .logProbability ? 1.001 : 1)
  }
}

/// Two quantiles of each target, and ways to get them wrong.
struct FlawedQuantiles: QuantilePrediction {
  enum Flaw: CaseIterable, Sendable {
    case none, width, units, order, median
    var finding: Finding.Kind? { self == .none ? nil : .values }
  }

  var flaw: Flaw
  private let right = Quantiles([0.4, 0.9])

  init(_ flaw: Flaw) { self.flaw = flaw }

  var levels: [Double] { right.levels }
  var hasLogits: Bool { false }
  func columns(classes: [String], targets: [String]) -> [String] { right.columns(classes: classes, targets: targets) }
  func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { right.numbers(outputs, units: units) }
  func width(outputs: Int) -> Int { flaw == .width ? outputs : right.width(outputs: outputs) }

  func value(_ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    flaw == .median
      ? right.quantile(1, column, outputs, units: units)
      : right.value(column, outputs, units: flaw == .units ? .identity : units)
  }

  func quantile(_ level: Int, _ column: Int, _ outputs: OutputRow, units: Normalization) -> Double {
    right.quantile(flaw == .order ? 1 - level : level, column, outputs, units: units)
  }
}
