internal import Kernels
package import Specs

/// Mean squared error: `l = (1/n) Σⱼ (pⱼ − yⱼ)²` over the n outputs; gradient `2 (p − y) / n`.
package struct MeanSquaredError: LossSpec {
  package static let kind = "mse"
  package static let summary = "mean of (p − y)² over outputs"
  package static let samples = ["{}", "{ }"]
  package var targets: LossTargets { .values }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return MeanSquaredErrorLoss(width: context.targetWidth)
  }
}

struct MeanSquaredErrorLoss: Loss {
  let width: Int
  var prediction: Prediction { .values }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let scale = 2 / Float(width)
    for row in rows {
      let p = outputs[row], y = targets.values[row], weight = targets.weights[row]
      var sum = 0.0
      for column in 0..<width {
        let difference = Double(p[column]) - Double(y[column])
        sum += difference * difference
      }
      losses[row] = Double(weight) * (sum / Double(width))
      let d = gradient[row]
      for column in 0..<width { d[column] = weight * (scale * (p[column] - y[column])) }
    }
  }
}
