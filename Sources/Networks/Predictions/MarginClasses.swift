package import Kernels

/// The class with the greatest output; no probabilities.
package struct MarginClasses: ClassPrediction {
  package init() {}

  package func areOutputs(_ units: Normalization) -> Bool { true }
  package func columns(classes: [String], targets: [String]) -> [String] { classes.map { "score_\($0)" } }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { outputs.map { Double($0) } }

  package func logit(of index: Int, _ outputs: OutputRow) -> Double { Double(outputs[index]) }
  package func predictedClass(_ outputs: OutputRow) -> Int { outputs.greatest }

  package func appendScores(_ outputs: OutputRow, to scores: inout [Double]) {
    guard outputs.count != 2 else { return scores.append(logOdds(outputs)) }
    for output in outputs { scores.append(Double(output)) }
  }
}

extension Prediction where Self == MarginClasses {
  package static var marginClasses: Self { MarginClasses() }
}
