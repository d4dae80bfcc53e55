internal import Kernels
package import Specs

/// Focal loss from logits: cross-entropy times `(1 − q)^gamma`, q the probability of the right class (Lin et al. 2017,
/// equation 5).
///
/// For classes of very different sizes: samples that are easily right count little. `alpha` weighs the positive one of
/// two classes, and 1 − alpha the other; for several classes use `class_weights`. One output: two classes; else one
/// output for each class.
package struct Focal: LossSpec {
  package static let kind = "focal"
  package static let summary = "cross-entropy that leaves out what is easily right"
  package static let examples = ["{}", #"{"gamma": 1.5, "alpha": 0.25}"#, #"{"gamma": 0}"#]
  package var targets: LossTargets { .classes }

  var gamma: Double
  var alpha: Double?

  package init(from fields: FieldReader) throws(ConfigError) {
    gamma = try fields.number(
      "gamma", default: 2, in: Interval(0, 100), "how little easy samples count; 0: all the same")
    alpha = try fields.optionalNumber("alpha", in: .unit, "weight of the second of two classes, 1 − alpha of the first")
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    if context.output.count == 1 {
      try context.requireTwoClasses(Self.kind, instead: "an output for each class")
      let share = alpha.map { Float($0) }
      return ElementwiseLoss(
        element: ElementLoss("binary_focal", Float(gamma), share ?? -1), width: 1, factor: 1,
        prediction: .sigmoidClass, readsClasses: true,
        sideWeights: share.map { [1 - Double($0), Double($0)] } ?? [1, 1])
    }
    try context.requireOutputs(context.classes, for: "the targets have \(context.classes.counted("class"))")
    guard alpha == nil || context.classes == 2 else {
      throw ConfigError(
        "alpha weighs one of two classes, found \(context.classes.counted("class")); use class_weights",
        path: context.path + ".alpha")
    }
    let shares = alpha.map { [1 - $0, $0] }, gamma = gamma
    return SoftmaxClassLoss(classes: context.classes, sideWeights: shares ?? [1, 1]) { rest, logProbability, target in
      let share = shares?[target] ?? 1
      let probability = 1 - rest
      guard gamma > 0 else { return (-share * logProbability, -share) }
      let easy = rest > 0 ? power(rest, gamma) : 0
      let slope = rest > 0 ? gamma * easy / rest * probability * logProbability - easy : 0
      return (-share * easy * logProbability, share * slope)
    }
  }
}
