internal import Kernels
package import Specs

/// Negative log-likelihood of a normal distribution whose mean and variance are both predicted (Nix & Weigend 1994):
/// `½ (s + (y − m)² e⁻ˢ)`, s the logarithm of the variance; the mean over targets.
///
/// For values whose spread differs from sample to sample. The network has two outputs for each target: first all means
/// m, then all s. Below `log 10⁻⁶` s counts as that and has no slope, as in PyTorch's `GaussianNLLLoss` with its `eps`;
/// ½ log 2π is left out.
package struct GaussianNLL: LossSpec {
  package static let kind = "gaussian_nll"
  package static let summary = "mean and variance of a normal distribution"
  package static let examples = ["{}", #"{"reduction": "sum"}"#]
  package var targets: LossTargets { .values }
  package var predictsDeviations: Bool { true }

  var reduction: OutputReduction

  package init(from fields: FieldReader) throws(ConfigError) { reduction = try OutputReduction(from: fields) }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputs(
      2 * context.targetWidth, for: "gaussian_nll needs a mean and a log-variance for each target value")
    return GaussianNLLLoss(width: context.targetWidth, factor: reduction.scale(outputs: context.targetWidth))
  }
}

struct GaussianNLLLoss: Loss {
  let width: Int
  let factor: Double
  var prediction: any Prediction { .meanAndLogVariance }

  /// log 10⁻⁶.
  private static let least: Float = -13.815511

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    guard let means = targets.means() else { return nil }
    let spreads = means.indices.compactMap { column in
      targets.mean(column) { ($0 - means[column]) * ($0 - means[column]) }.map {
        max(Double(Self.least), DoubleFunctions.log($0))
      }
    }
    return spreads.count == means.count ? BestConstant(means + spreads, name: "the mean and variance") : nil
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    // Temporary memory above 1 KiB would come from the heap: two arrays of floats, or one of doubles.
    let run = 64
    withUnsafeTemporaryAllocation(byteCount: 12 * run, alignment: 16) { memory in
      guard let base = memory.baseAddress else { return }
      let exact = base.bindMemory(to: Double.self, capacity: run)
      let precision = (base + 8 * run).bindMemory(to: Float.self, capacity: run)
      for row in rows {
        let p = outputs[row], y = targets.values[row], d = gradient[row], weight = targets.weights[row]
        let scale = weight * Float(factor)
        var sum = 0.0
        for start in stride(from: 0, to: width, by: run) {
          let count = min(run, width - start)
          for index in 0..<count { precision[index] = -max(p[width + start + index], Self.least) }
          for index in 0..<count { exact[index] = Double(precision[index]) }
          DoubleVectors.exp(exact, into: exact, count: count)
          Elementwise.exp(precision, into: precision, count: count)
          for index in 0..<count {
            let column = start + index
            let s = p[width + column], error = p[column] - y[column]
            let squared = error * error * precision[index]
            let difference = Double(p[column]) - Double(y[column])
            sum += 0.5 * (Double(max(s, Self.least)) + difference * difference * exact[index])
            d[column] = scale * (error * precision[index])
            d[width + column] = s < Self.least ? 0 : scale * (0.5 * (1 - squared))
          }
        }
        losses[row] = Double(weight) * (sum * factor)
      }
    }
  }
}
