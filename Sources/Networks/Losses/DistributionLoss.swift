internal import Kernels

/// Cross-entropy, or relative entropy, of a target distribution and the softmax of the outputs.
struct DistributionLoss: Loss {
  static let targetLimit = "shares from 0 to 1 that add up to 1"

  let classes: Int
  let smoothing: Double
  /// Whether the targets' own entropy is subtracted, so that the least loss is 0.
  let subtractsEntropy: Bool
  var prediction: any Prediction { .softmaxDistribution }

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    targets.means().map { shares in
      BestConstant(
        shares.map { ConstantTargets.boundedLog((1 - smoothing) * $0 + smoothing / Double(classes)) },
        name: "the mean shares")
    }
  }

  func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? {
    if let problem = TargetDomain.probability.problem(with: targets, rows: rows, width: classes) { return problem }
    for row in rows {
      let sum = (0..<classes).reduce(0.0) { $0 + Double(targets.values[row][$1]) }
      if abs(sum - 1) > 1e-3 {
        return (row, "the targets add up to \(Float(sum)); this loss takes shares that add up to 1")
      }
    }
    return nil
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let spread = smoothing / Double(classes)
    forEachSoftmax(outputs, rows: rows, classes: classes, probabilities: gradient) { row, logSum in
      let z = outputs[row], t = targets.values[row], d = gradient[row], weight = targets.weights[row]
      var loss = 0.0, total = 0.0
      for column in 0..<classes {
        let share = (1 - smoothing) * Double(t[column]) + spread
        total += share
        loss += share * (logSum - Double(z[column]))
        if subtractsEntropy, share > 0 { loss += share * DoubleFunctions.log(share) }
      }
      losses[row] = Double(weight) * loss
      for column in 0..<classes {
        let share = Float((1 - smoothing) * Double(t[column]) + spread)
        d[column] = weight * (Float(total) * d[column] - share)
      }
    }
  }
}
