package import Kernels

/// The class with the greatest output, probabilities by softmax.
package struct SoftmaxClass: ProbabilityPrediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { classes.map { "probability_\($0)" } }
  package func outputColumns(classes: [String], targets: [String]) -> [String] { classes.map { "logit_\($0)" } }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { probabilities(outputs) }

  package func logit(of index: Int, _ outputs: OutputRow) -> Double { Double(outputs[index]) }
  package func predictedClass(_ outputs: OutputRow) -> Int { outputs.greatest }
  package func probabilities(_ outputs: OutputRow) -> [Double] { softmaxProbabilities(outputs) }

  package func logProbability(of index: Int, _ outputs: OutputRow) -> Double {
    let sum = SoftmaxSum(outputs)
    return Double(outputs[index]) - sum.greatest - DoubleFunctions.log1p(sum.others)
  }

  /// `zₖ − log Σ_{j ≠ k} e^{zⱼ}` of each class, of two the difference of logits. The sum is that of all terms less the
  /// own one; for the greatest, whose own term would swallow the others, it is formed without it.
  package func appendScores(_ outputs: OutputRow, to scores: inout [Double]) {
    guard outputs.count != 2 else { return scores.append(logOdds(outputs)) }
    let sum = SoftmaxSum(outputs)
    for output in outputs {
      let z = Double(output) - sum.greatest
      scores.append(z == 0 ? -sum.logOthers : z - DoubleFunctions.log(1 + sum.others - DoubleFunctions.exp(z)))
    }
  }
}

extension Prediction where Self == SoftmaxClass {
  package static var softmaxClass: Self { SoftmaxClass() }
}
