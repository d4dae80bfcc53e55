internal import Kernels

/// A loss at work that is a function of one output and one target, added up over the outputs of a sample.
struct ElementwiseLoss: Loss {
  let element: ElementLoss
  let width: Int
  /// What each output counts.
  let factor: Double
  let prediction: any Prediction
  /// The targets are classes 0 and 1 instead of values.
  var readsClasses = false
  /// What a target must be, in words, and whether a value is that.
  var domain: TargetDomain = .any

  /// What the best constant output is, where there is a formula.
  var constant = ConstantFormula.none
  /// What the targets 0 and 1 count.
  var sideWeights: [Double] = [1, 1]

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    let formula: BestConstant? =
      switch constant {
      case .none: nil
      case .mean: targets.means().map { BestConstant($0, name: "the mean") }
      case .median: targets.quantiles([0.5])?.first.map { BestConstant($0, name: "the median") }
      case .logOfMean: targets.means().map { BestConstant($0.map(ConstantTargets.boundedLog), name: "the mean") }
      case .logOdds:
        (readsClasses ? targets.classShares?.last.map { [$0] } : targets.means()).map { shares in
          // A positive counts as so many negatives.
          let odds = shares.map { ConstantTargets.logOdds($0) + DoubleFunctions.log(sideWeights[1]) }
          return BestConstant(odds, name: readsClasses ? "the class shares" : "the shares of the labels")
        }
      }
    if let formula, formula.isFinite, formula.outputs.count == outputs { return formula }
    return ConstantSearch(self, targets: targets, outputs: outputs)?.best()
  }

  func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? {
    readsClasses ? nil : domain.problem(with: targets, rows: rows, width: width)
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    let first = rows.lowerBound
    guard readsClasses else {
      element.evaluate(
        p: outputs[first], pStride: outputs.stride, y: targets.values[first], yStride: targets.values.stride,
        weights: targets.weights + first, rows: rows.count, width: width, factor: factor, losses: losses + first,
        gradient: gradient[first], gradientStride: gradient.stride)
      return
    }
    // Temporary memory above 1 KiB would come from the heap.
    let run = 256
    withUnsafeTemporaryAllocation(of: Float.self, capacity: run) { memory in
      guard let y = memory.baseAddress else { return }
      for start in stride(from: first, to: rows.upperBound, by: run) {
        let count = min(run, rows.upperBound - start)
        for index in 0..<count { y[index] = Float(targets.classes[start + index]) }
        element.evaluate(
          p: outputs[start], pStride: outputs.stride, y: y, yStride: 1, weights: targets.weights + start, rows: count,
          width: 1, factor: factor, losses: losses + start, gradient: gradient[start], gradientStride: gradient.stride)
      }
    }
  }
}

/// The output that makes a loss least where it is the same for all samples.
enum ConstantFormula: Sendable {
  /// No formula: it is searched for.
  case none
  case mean, median
  /// Of losses whose outputs are logarithms of means.
  case logOfMean
  /// Of losses whose outputs are logits.
  case logOdds
}

/// The targets that a loss can take.
struct TargetDomain: Sendable {
  var text: String
  var contains: @Sendable (Float) -> Bool

  static let any = TargetDomain(text: "any number") { _ in true }
  static let nonNegative = TargetDomain(text: "numbers from 0 on") { $0 >= 0 }
  static let positive = TargetDomain(text: "numbers above 0") { $0 > 0 }
  static let aboveMinusOne = TargetDomain(text: "numbers above -1") { $0 > -1 }
  static let probability = TargetDomain(text: "numbers from 0 to 1") { $0 >= 0 && $0 <= 1 }
  static let sides = TargetDomain(text: "-1 and 1") { $0 == -1 || $0 == 1 }

  /// The first target outside.
  func problem(with targets: LossRows, rows: Range<Int>, width: Int) -> (row: Int, text: String)? {
    for row in rows {
      let values = targets.values[row]
      for column in 0..<width where !contains(values[column]) {
        return (row, "target \(values[column]) is not allowed; this loss takes \(text)")
      }
    }
    return nil
  }
}
