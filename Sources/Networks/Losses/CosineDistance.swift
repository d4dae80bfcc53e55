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
