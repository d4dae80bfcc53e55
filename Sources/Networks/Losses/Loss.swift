package import Kernels
package import Specs

/// A loss as config.json names it.
package protocol LossSpec: Spec {
  /// What the loss compares the outputs with.
  var targets: LossTargets { get }
  /// The targets it takes, in words, where not every number is one; nil: any numbers, so that they may be normalized.
  var targetLimit: String? { get }
  /// Whether deviations are predicted besides values, which go back to the data's units only where targets are shifted
  /// and scaled.
  var predictsDeviations: Bool { get }
  /// Whether the outputs under which the loss is least are means of the targets.
  var seeksMeans: Bool { get }
  /// Makes the loss for a network's output and the targets.
  /// - Throws: ``ConfigError`` when they do not fit.
  func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss
  /// Lines that `ptrain check` prints about the loss, such as a derived gradient.
  var explanation: [String] { get }
}

extension LossSpec {
  /// Makes the loss for the output of a network, which predictions and metrics read as one row without padding.
  /// - Throws: ``ConfigError`` when they do not fit.
  package func makeLoss(
    for network: Network, classes: Int, targetWidth: Int, path: String
  ) throws(ConfigError) -> any Loss {
    let loss = try makeLoss(
      LossContext(output: network.output, classes: classes, targetWidth: targetWidth, path: path))
    guard !network.output.isPadded else {
      throw ConfigError(
        "the network's output has shape \(network.output), whose positions lie apart in memory; put "
          + "{\"type\": \"flatten\"} last", path: "model.layers")
    }
    return loss
  }

  package var targetLimit: String? { targets == .classes ? "classes" : nil }
  package var predictsDeviations: Bool { false }
  package var seeksMeans: Bool { false }
  package var explanation: [String] { [] }
}

/// The kind of target a loss reads.
package enum LossTargets: Sendable {
  /// One class index per sample.
  case classes
  /// One or more numbers per sample.
  case values
  /// One column of targets is read as classes, several as numbers.
  case classesOrValues
}

/// What a loss is made for.
package struct LossContext: Sendable {
  /// What the network puts out for a sample.
  package var output: Port
  /// Classes of the targets, 0 where they are values.
  package var classes: Int
  /// Values of one sample's target, 0 where it is a class.
  package var targetWidth: Int
  /// The JSON path of the loss, for messages.
  package var path: String

  package init(output: Port, classes: Int, targetWidth: Int, path: String) {
    self.output = output
    self.classes = classes
    self.targetWidth = targetWidth
    self.path = path
  }

  /// Throws unless the network has this many outputs, in a flat row.
  package func requireOutputs(_ count: Int, for reason: String) throws(ConfigError) {
    guard output.shape.extents.count == 1 else {
      throw ConfigError(
        "the network's output has shape \(output.shape), but \(reason); put {\"type\": \"flatten\"} before the last layer, "
          + "and give that \(count.counted("unit"))", path: path)
    }
    guard output.count == count else {
      throw ConfigError(
        "the network's output has shape \(output.shape), but \(reason); give the last layer "
          + count.counted("unit"), path: path)
    }
  }

  /// Throws unless the network has one output for each target value.
  package func requireOutputPerTarget() throws(ConfigError) {
    try requireOutputs(targetWidth, for: "the targets have \(targetWidth.counted("value"))")
  }
}

/// How the outputs of one sample make one loss.
package enum OutputReduction: String, CaseIterable, Sendable {
  case mean
  case sum

  /// Reads the key `reduction`.
  package init(from fields: FieldReader) throws(ConfigError) {
    self = try fields.option("reduction", default: OutputReduction.mean, "how the outputs of a sample are combined")
  }

  /// What each of several outputs counts.
  package func scale(outputs: Int) -> Double { self == .mean ? 1 / Double(max(1, outputs)) : 1 }
}

/// A loss at work: for each row its value and the gradient with respect to the network's output.
///
/// The loss of a batch is Σ wᵢ lᵢ / Σ wᵢ; sums are formed by the trainer, in shard order, never here. A loss that adds
/// up positions, some of which may be masked, says what counted: then the loss of a batch is Σ wᵢ lᵢ / Σ counted.
package protocol Loss: Sendable {
  /// What a prediction made from the outputs is, for metrics.
  var prediction: any Prediction { get }
  /// What a sample of the first and of the second of two classes counts by the loss's own keys, such as
  /// `positive_weight`.
  var sideWeights: [Double] { get }
  /// Whether the loss of a sample depends on its weight in another way than as a factor, so that the weights' scale
  /// matters.
  var readsWeights: Bool { get }
  /// Whether the loss writes to ``LossRows/counted`` the weight of each row that counted, `wᵢ · valid positions`;
  /// otherwise it is `wᵢ`.
  var countsPositions: Bool { get }
  /// The outputs, the same for all samples, under which the loss of some targets is least; nil where it is not looked
  /// for. Where there is no formula for it, it is searched.
  ///
  /// - Parameter outputs: of the network.
  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant?
  /// The first target that the loss cannot take, described; nil when all are fine.
  func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)?
  /// Writes `wᵢ · lᵢ` of each row to `losses[row]` and `wᵢ · ∂lᵢ/∂output` to the row of `gradient`; of positions that
  /// are masked 0.
  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix)
}

extension Loss {
  package var sideWeights: [Double] { [1, 1] }
  package var readsWeights: Bool { false }
  package var countsPositions: Bool { false }

  package func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? { nil }
}
