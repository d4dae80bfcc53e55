internal import Kernels
package import Specs

/// Cosine distance: `1 − p · y / (|p| |y|)`.
///
/// For directions, such as embeddings, whose lengths do not matter. Lengths below 10⁻⁸ count as that, as in PyTorch's
/// `CosineSimilarity`.
package struct CosineDistance: LossSpec {
  package static let kind = "cosine"
  package static let summary = "1 − cosine of the angle between output and target"
  package static let examples = ["{}", "{ }"]
  package var targets: LossTargets { .values }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    return CosineDistanceLoss(width: context.targetWidth)
  }
}

struct CosineDistanceLoss: Loss {
  let width: Int
  var prediction: any Prediction { .values }

  /// The sum of the targets' directions: `Σ w (1 − p · y / |p| |y|)` is least where p points as `Σ w y / |y|` does.
  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    var sum = [Double](repeating: 0, count: width)
    for row in 0..<targets.rows where targets.weights[row] > 0 {
      let values = (0..<width).map { Double(targets.values[row * width + $0]) }
      let length = max(1e-8, values.reduce(0) { $0 + $1 * $1 }.squareRoot())
      for column in 0..<width { sum[column] += Double(targets.weights[row]) * values[column] / length }
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, length.isFinite else { return nil }
    return BestConstant(sum.map { $0 / length }, name: "the mean direction")
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    for row in rows {
      let p = outputs[row], y = targets.values[row], d = gradient[row], weight = Double(targets.weights[row])
      var dot = 0.0, pp = 0.0, yy = 0.0
      for column in 0..<width {
        let a = Double(p[column]), b = Double(y[column])
        dot += a * b
        pp += a * a
        yy += b * b
      }
      let length = pp.squareRoot(), size = max(length, 1e-8) * max(yy.squareRoot(), 1e-8)
      let cosine = dot / size
      losses[row] = weight * (1 - cosine)
      // Where p has almost no length its length is taken as constant.
      let along = length > 1e-8 ? cosine / pp : 0
      for column in 0..<width {
        d[column] = Float(weight * (along * Double(p[column]) - Double(y[column]) / size))
      }
    }
  }
}
