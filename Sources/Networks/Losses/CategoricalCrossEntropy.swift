internal import Kernels
package import Specs

/// Categorical cross-entropy from logits: `log Σⱼ e^zⱼ − Σⱼ tⱼ zⱼ`, gradient `softmax(z) − t` (Bridle 1990).
///
/// For one class out of several (t is 1 at the class), or for shares that are known (several target columns that add up
/// to 1). With `label_smoothing` ε the targets become `(1 − ε) t + ε / classes` (Szegedy et al. 2016). The log-sum-exp
/// is taken relative to the greatest logit, so no logit overflows.
package struct CategoricalCrossEntropy: LossSpec {
  package static let kind = "categorical_cross_entropy"
  package static let summary = "one class out of several, or shares of classes, from logits"
  package static let examples = ["{}", #"{"label_smoothing": 0.1}"#]
  package var targets: LossTargets { .classesOrValues }
  package var targetLimit: String? { "classes, or " + DistributionLoss.targetLimit }

  var smoothing: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    smoothing = try fields.number(
      "label_smoothing", default: 0, in: .unitOpen, "share of each target that is spread over all classes")
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    if context.classes == 0 {
      try context.requireOutputPerTarget()
      return DistributionLoss(classes: context.targetWidth, smoothing: smoothing, subtractsEntropy: false)
    }
    try context.requireOutputs(context.classes, for: "the targets have \(context.classes.counted("class"))")
    return CategoricalCrossEntropyLoss(classes: context.classes, smoothing: smoothing)
  }
}

struct CategoricalCrossEntropyLoss: Loss {
  let classes: Int
  let smoothing: Double
  var prediction: any Prediction { .softmaxClass }

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    targets.classShares.map { shares in
      BestConstant(
        shares.map { ConstantTargets.boundedLog((1 - smoothing) * $0 + smoothing / Double(classes)) },
        name: "the class shares")
    }
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let spread = smoothing / Double(classes)
    forEachSoftmax(outputs, rows: rows, classes: classes, probabilities: gradient) { row, logSum in
      let z = outputs[row], d = gradient[row], target = Int(targets.classes[row]), weight = targets.weights[row]
      var picked = (1 - smoothing) * Double(z[target])
      if smoothing > 0 {
        for column in 0..<classes {
          picked += spread * Double(z[column])
          d[column] -= Float(spread)
        }
      }
      losses[row] = Double(weight) * (logSum - picked)
      d[target] -= Float(1 - smoothing)
      if weight != 1 { for column in 0..<classes { d[column] *= weight } }
    }
  }
}
