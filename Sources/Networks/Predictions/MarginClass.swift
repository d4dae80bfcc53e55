package import Kernels

/// The second of two classes where the only output is positive; no probabilities.
package struct MarginClass: ClassPrediction {
  package init() {}

  package func areOutputs(_ units: Normalization) -> Bool { true }
  package func columns(classes: [String], targets: [String]) -> [String] { ["score"] }
  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] { outputs.map { Double($0) } }

  package func logit(of index: Int, _ outputs: OutputRow) -> Double { index == 0 ? 0 : Double(outputs[0]) }
  package func predictedClass(_ outputs: OutputRow) -> Int { outputs[0] > 0 ? 1 : 0 }
  package func appendScores(_ outputs: OutputRow, to scores: inout [Double]) { scores.append(Double(outputs[0])) }
}

extension Prediction where Self == MarginClass {
  package static var marginClass: Self { MarginClass() }
}
