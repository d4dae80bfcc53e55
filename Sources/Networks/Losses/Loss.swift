package import Kernels
package import Specs

/// A loss as config.json names it.
package protocol LossSpec: Spec {
  /// What the loss compares the outputs with.
  var targets: LossTargets { get }
  /// Makes the loss for a network's output.
  ///
  /// - Parameters:
  ///   - classes: classes of the targets, 0 where they are values.
  ///   - targetWidth: values of one sample's target.
  /// - Throws: ``ConfigError`` at `path` when they do not fit.
  func makeLoss(output: Port, classes: Int, targetWidth: Int, path: String) throws(ConfigError) -> any Loss
  /// Lines that `ptrain check` prints about the loss, such as a derived gradient.
  var explanation: [String] { get }
}

extension LossSpec {
  package var explanation: [String] { [] }
}

/// The kind of target a loss reads.
package enum LossTargets: Sendable {
  /// One class index per sample.
  case classes
  /// One or more numbers per sample.
  case values
}

/// A loss at work: for each row its value and the gradient with respect to the network's output.
///
/// The loss of a batch is Σ wᵢ lᵢ / Σ wᵢ; sums are formed by the trainer, in shard order, never here.
package protocol Loss: Sendable {
  /// What a prediction made from the outputs is, for metrics.
  var prediction: Prediction { get }
  /// The first target that the loss cannot take, described; nil when all are fine.
  func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)?
  /// Writes `wᵢ · lᵢ` of each row to `losses[row]` and `wᵢ · ∂lᵢ/∂output` to the row of `gradient`.
  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix)
}

extension Loss {
  package func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? { nil }
}

/// How outputs are turned into predictions.
package enum Prediction: Sendable {
  /// The class with the greatest output, probabilities by softmax.
  case softmaxClass
  /// The second of two classes where the output is positive, its probability by sigmoid.
  case sigmoidClass
  /// The outputs themselves.
  case values
}

/// Targets and weights of this rank's rows.
package struct LossRows: @unchecked Sendable {
  package var classes: UnsafePointer<Int32>
  package var values: Matrix
  package var weights: UnsafePointer<Float>

  package init(classes: UnsafePointer<Int32>, values: Matrix, weights: UnsafePointer<Float>) {
    self.classes = classes
    self.values = values
    self.weights = weights
  }
}
