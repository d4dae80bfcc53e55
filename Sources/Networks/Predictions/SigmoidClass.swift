package import Kernels

/// The second of two classes where the only output is positive, its probability by sigmoid.
package struct SigmoidClass: ProbabilityPrediction {
  package init() {}

  package func columns(classes: [String], targets: [String]) -> [String] { classes.map { "probability_\($0)" } }
  package func outputColumns(classes: [String], targets: [String]) -> [String] {
    classes.suffix(1).map { "logit_\($0)" }
  }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { probabilities(outputs) }

  package func logit(of index: Int, _ outputs: OutputRow) -> Double { index == 0 ? 0 : Double(outputs[0]) }
  package func predictedClass(_ outputs: OutputRow) -> Int { outputs[0] > 0 ? 1 : 0 }
  package func appendScores(_ outputs: OutputRow, to scores: inout [Double]) { scores.append(Double(outputs[0])) }
  package func probabilities(_ outputs: OutputRow) -> [Double] { [logistic(-outputs[0]), logistic(outputs[0])] }

  package func logProbability(of index: Int, _ outputs: OutputRow) -> Double {
    let z = Double(index == 1 ? outputs[0] : -outputs[0])
    return min(z, 0) - DoubleFunctions.log1p(DoubleFunctions.exp(-abs(z)))
  }
}

extension Prediction where Self == SigmoidClass {
  package static var sigmoidClass: Self { SigmoidClass() }
}
