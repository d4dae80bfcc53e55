package import Kernels

/// One sample's outputs of a network.
package typealias OutputRow = UnsafeBufferPointer<Float>

/// How a network's outputs are read: the link between them and what is predicted. A loss returns one.
///
/// Metrics, decisions and tables ask it, and know no link by name, so that a new one is one file. What they may ask
/// depends on what is predicted: one class (``ClassPrediction``), with a probability of each
/// (``ProbabilityPrediction``); values (``ValuePrediction``), quantiles of them (``QuantilePrediction``); or something
/// else, which is written, and no metric looks at.
///
/// What it computes it computes in double precision from outputs in float32.
package protocol Prediction: Sendable {
  /// Whether outputs are something else than predictions: logits, scores, logarithms.
  var hasLogits: Bool { get }
  /// Whether ``numbers(_:units:)`` are the outputs as they are, which float32 holds, for targets in these units.
  func areOutputs(_ units: Normalization) -> Bool
  /// What ``numbers(_:units:)`` are called, by the names of classes and targets.
  func columns(classes: [String], targets: [String]) -> [String]
  /// What the outputs are called where they are written as they are.
  func outputColumns(classes: [String], targets: [String]) -> [String]
  /// What the outputs of a sample predict, in the data's units: as many numbers as there are
  /// ``columns(classes:targets:)``.
  ///
  /// - Parameter units: what brought each target to the scale that the network has learned.
  func numbers(_ outputs: OutputRow, units: Normalization) -> [Double]
}

extension Prediction {
  package var hasLogits: Bool { true }
  package func areOutputs(_ units: Normalization) -> Bool { false }
  package func outputColumns(classes: [String], targets: [String]) -> [String] {
    columns(classes: classes, targets: targets)
  }

  /// Whether one class out of several is predicted.
  package var isClass: Bool { self is any ClassPrediction }
  /// Whether each class has a probability.
  package var hasClassProbabilities: Bool { self is any ProbabilityPrediction }
}
