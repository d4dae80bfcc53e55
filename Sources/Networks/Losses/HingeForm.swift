internal import Kernels
internal import Specs

/// What `hinge` and `squared_hinge` have in common.
struct HingeForm: Sendable {
  /// How several classes are compared.
  enum Variant: String, CaseIterable, Sendable {
    /// The right class with the best of the others.
    case crammerSinger = "crammer_singer"
    /// The right class with each of the others.
    case westonWatkins = "weston_watkins"
  }

  static let targetLimit = "classes, or " + TargetDomain.sides.text

  var margin: Double
  var variant: Variant
  var isSquared: Bool

  init(from fields: FieldReader, isSquared: Bool) throws(ConfigError) {
    margin = try fields.number("margin", default: 1, in: .positiveFloat, "lead of the right side that costs nothing")
    variant = try fields.option(
      "variant", default: Variant.crammerSinger, "several classes: against the best other one, or against each")
    self.isSquared = isSquared
  }

  func makeLoss(_ context: LossContext, kind: String) throws(ConfigError) -> any Loss {
    let element = ElementLoss(isSquared ? "binary_squared_hinge" : "binary_hinge", Float(margin))
    if context.classes == 0 {
      try context.requireOutputPerTarget()
      return ElementwiseLoss(
        element: element, width: context.targetWidth, factor: 1 / Double(context.targetWidth), prediction: .values,
        domain: .sides)
    }
    if context.output.count == 1 {
      try context.requireTwoClasses(kind, instead: "an output for each class")
      return ElementwiseLoss(element: element, width: 1, factor: 1, prediction: .marginClass, readsClasses: true)
    }
    try context.requireOutputs(context.classes, for: "the targets have \(context.classes.counted("class"))")
    return MulticlassHingeLoss(classes: context.classes, form: self)
  }
}

/// Hinge loss of several classes at work.
struct MulticlassHingeLoss: Loss {
  let classes: Int
  let form: HingeForm
  var prediction: any Prediction { .marginClasses }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let margin = Float(form.margin)
    for row in rows {
      let z = outputs[row], d = gradient[row], target = Int(targets.classes[row]), weight = targets.weights[row]
      d.update(repeating: 0, count: classes)
      var loss = 0.0
      func compare(with other: Int) {
        let exact = max(0, Double(margin) + (Double(z[other]) - Double(z[target])))
        loss += form.isSquared ? exact * exact : exact
        let lack = margin + (z[other] - z[target])
        guard lack > 0 else { return }
        let slope = weight * (form.isSquared ? 2 * lack : 1)
        d[other] += slope
        d[target] -= slope
      }
      switch form.variant {
      case .westonWatkins: for other in 0..<classes where other != target { compare(with: other) }
      case .crammerSinger:
        var best = target == 0 ? 1 : 0
        for other in 0..<classes where other != target && z[other] > z[best] { best = other }
        compare(with: best)
      }
      losses[row] = Double(weight) * loss
    }
  }
}
