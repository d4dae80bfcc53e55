internal import Kernels
package import Specs

/// Binary cross-entropy from logits: `l = softplus(z) − z·y`, the mean over outputs; gradient `(sigmoid(z) − y) / outputs`.
///
/// For yes or no, and for several labels that may hold together. Targets are two classes (one output), or numbers from 0 to 1.
package struct BinaryCrossEntropy: LossSpec {
  package static let kind = "binary_cross_entropy"
  package static let summary = "yes or no from logits, mean over outputs: softplus(z) − z · y"
  package static let samples = ["{}", "{ }"]
  package var targets: LossTargets { .classes }

  package init(from fields: FieldReader) throws(ConfigError) {}

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputs(1, for: "binary_cross_entropy needs one output (or use categorical_cross_entropy)")
    guard context.classes == 2 else {
      throw ConfigError(
        "binary_cross_entropy needs targets of two classes, found \(context.classes); use categorical_cross_entropy",
        path: context.path)
    }
    return BinaryCrossEntropyLoss()
  }
}

struct BinaryCrossEntropyLoss: Loss {
  var prediction: Prediction { .sigmoidClass }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    // One output a row: gathered into runs, so that a vector holds sixteen rows.
    // Temporary memory above 1 KiB would come from the heap.
    let run = 128
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * run) { memory in
      guard let logits = memory.baseAddress else { return }
      let results = logits + run
      var start = rows.lowerBound
      while start < rows.upperBound {
        let count = min(run, rows.upperBound - start)
        for index in 0..<count { logits[index] = outputs[start + index][0] }
        Elementwise.softplus(logits, into: results, count: count)
        for index in 0..<count {
          let row = start + index
          let y = Float(targets.classes[row])
          losses[row] = Double(targets.weights[row]) * (Double(results[index]) - Double(logits[index]) * Double(y))
        }
        Elementwise.sigmoid(logits, into: results, count: count)
        for index in 0..<count {
          let row = start + index
          gradient[row][0] = targets.weights[row] * (results[index] - Float(targets.classes[row]))
        }
        start += count
      }
    }
  }
}
