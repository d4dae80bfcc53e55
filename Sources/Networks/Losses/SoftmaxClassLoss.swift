internal import Kernels

/// A loss at work that is a function of the softmax probability of the right class.
struct SoftmaxClassLoss: Loss {
  let classes: Int
  var sideWeights: [Double] = [1, 1]
  /// From `1 − q` (without cancellation), `log q` and the target: the loss and its derivative by `log q`.
  let function: @Sendable (_ rest: Double, _ logProbability: Double, _ target: Int) -> (loss: Double, slope: Double)
  var prediction: any Prediction { .softmaxClass }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    forEachSoftmax(outputs, rows: rows, classes: classes, probabilities: gradient) { row, logSum in
      let q = gradient[row], target = Int(targets.classes[row]), weight = Double(targets.weights[row])
      var rest = 0.0
      for column in 0..<classes where column != target { rest += Double(q[column]) }
      let (loss, slope) = function(rest, Double(outputs[row][target]) - logSum, target)
      losses[row] = weight * loss
      let factor = Float(-weight * slope)
      for column in 0..<classes where column != target { q[column] *= factor }
      q[target] = Float(weight * slope * rest)
    }
  }
}

/// Writes softmax probabilities of rows, and calls `body` with each row and the logarithm of its sum of exponentials.
func forEachSoftmax(
  _ outputs: Matrix, rows: Range<Int>, classes: Int, probabilities: Matrix,
  _ body: (_ row: Int, _ logSum: Double) -> Void
) {
  // Temporary memory above 1 KiB would come from the heap.
  let run = 128
  withUnsafeTemporaryAllocation(of: Double.self, capacity: run) { sums in
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: run) {
      let last = min(rows.upperBound, first + run)
      softmaxRows(
        outputs[first], stride: outputs.stride, into: probabilities[first], stride: probabilities.stride,
        rows: last - first, columns: classes, logSumExp: sums.baseAddress)
      for row in first..<last { body(row, sums[row - first]) }
    }
  }
}

/// `base` to a power, 0 where the base is 0.
func power(_ base: Double, _ exponent: Double) -> Double { DoubleFunctions.pow(base, exponent) }
