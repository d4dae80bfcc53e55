internal import Kernels
package import Specs

/// Categorical cross-entropy from logits: `l = log Σⱼ e^zⱼ − z_t`, gradient `softmax(z) − onehot(t)`.
///
/// For one class out of several. The log-sum-exp is taken relative to the greatest logit, so no logit overflows.
package struct CategoricalCrossEntropy: LossSpec {
  package static let kind = "categorical_cross_entropy"
  package static let summary = "one class out of several, from logits: log Σ exp(z) − z[target]"
  package static let samples = ["{}", "{ }"]
  package var targets: LossTargets { .classes }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputs(context.classes, for: "the targets have \(context.classes) classes")
    return CategoricalCrossEntropyLoss(classes: context.classes)
  }
}

struct CategoricalCrossEntropyLoss: Loss {
  let classes: Int
  var prediction: Prediction { .softmaxClass }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    // Temporary memory above 1 KiB would come from the heap.
    let run = 128
    withUnsafeTemporaryAllocation(of: Double.self, capacity: run) { sums in
      for first in stride(from: rows.lowerBound, to: rows.upperBound, by: run) {
        let last = min(rows.upperBound, first + run)
        softmaxRows(
          outputs[first], stride: outputs.stride, into: gradient[first], stride: gradient.stride, rows: last - first,
          columns: classes, logSumExp: sums.baseAddress)
        for row in first..<last {
          let logit = Double(outputs[row][Int(targets.classes[row])])
          losses[row] = Double(targets.weights[row]) * (sums[row - first] - logit)
        }
      }
    }
    for row in rows {
      let d = gradient[row]
      d[Int(targets.classes[row])] -= 1
      let weight = targets.weights[row]
      if weight != 1 { for column in 0..<classes { d[column] *= weight } }
    }
  }
}
