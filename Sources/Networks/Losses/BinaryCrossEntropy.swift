internal import Kernels
package import Specs

/// Binary cross-entropy from logits: `softplus(z) (1 − y) + softplus(−z) y · positive_weight`; gradient
/// `sigmoid(z) (1 − y) − sigmoid(−z) y · positive_weight`; the mean over outputs (Good 1952; Cox 1958).
///
/// For yes or no (targets of two classes, one output), and for several labels that may hold together (several target
/// columns with values from 0 to 1, an output for each). `positive_weight` above 1 finds more of rare positives, at the
/// price of more false alarms, as PyTorch's `pos_weight`. With `shares` the targets are shares from 0 to 1, one column
/// of them too, and so are predictions.
package struct BinaryCrossEntropy: LossSpec {
  package static let kind = "binary_cross_entropy"
  package static let summary = "yes or no from logits, for one label or several"
  package static let examples = ["{}", #"{"positive_weight": 3, "reduction": "sum"}"#, #"{"shares": true}"#]
  package var targets: LossTargets { shares ? .values : .classesOrValues }
  package var targetLimit: String? {
    shares ? TargetDomain.probability.text : "classes, or " + TargetDomain.probability.text
  }

  var positiveWeight: Double
  /// Whether the targets are shares, instead of classes or labels.
  var shares: Bool
  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) {
    positiveWeight = try fields.number(
      "positive_weight", default: 1, in: .positiveFloat, "what a positive counts, in units of a negative")
    shares = try fields.boolean(
      "shares", default: false, "whether targets are shares from 0 to 1 (default false: two classes, or several labels)"
    )
    // Configs of runs made before there was this key stay the same.
    if !shares { fields.leaveOut("shares") }
    reduction = try OutputReduction(from: fields)
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    let element = ElementLoss("binary_entropy", Float(positiveWeight))
    let sideWeights = [1, Double(Float(positiveWeight))]
    if shares || context.classes == 0 {
      try context.requireOutputPerTarget()
      return ElementwiseLoss(
        element: element, width: context.targetWidth, factor: reduction.scale(outputs: context.targetWidth),
        prediction: shares ? .sigmoidShares : .sigmoidLabels, domain: .probability,
        constant: .logOdds, sideWeights: sideWeights)
    }
    try context.requireTwoClasses(Self.kind, instead: "categorical_cross_entropy")
    return ElementwiseLoss(
      element: element, width: 1, factor: 1, prediction: .sigmoidClass, readsClasses: true, constant: .logOdds,
      sideWeights: sideWeights)
  }
}

extension LossContext {
  /// Throws unless there are two classes and one output.
  func requireTwoClasses(_ kind: String, instead other: String) throws(ConfigError) {
    guard classes == 2 else {
      throw ConfigError("\(kind) needs targets of two classes, found \(classes); use \(other)", path: path)
    }
    try requireOutputs(1, for: "\(kind) of two classes needs one (or use \(other))")
  }
}
