internal import Kernels

/// An own loss at work: a compiled program over blocks of elements.
///
/// `l = reduce over outputs j of value(p[j], y[j], w)`. Slopes are computed in float32, values in double; the outputs
/// of a row are added in a fixed order, so that results do not depend on how rows are cut.
struct ExpressionLoss: Loss {
  private let slopes: ElementwiseProgram
  private let values: ValueProgram
  private let width: Int
  private let divisor: Double

  var prediction: any Prediction { .values }
  var readsWeights: Bool { slopes.usesWeight || values.usesWeight }

  /// - Parameter reducesByMean: whether the outputs of a row are averaged instead of added.
  /// - Throws: ``ExpressionError`` where the expression needs too many values at a time.
  init(_ expression: DifferentiatedExpression, width: Int, reducesByMean: Bool) throws(ExpressionError) {
    self.width = width
    divisor = reducesByMean ? Double(width) : 1
    var scaled = expression
    scaled.scaleSlope(by: 1 / divisor)
    let lowered = LoweredExpression(scaled)
    slopes = try ElementwiseProgram(slopeOf: lowered)
    values = try ValueProgram(lowered)
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    slopes.run(
      p: outputs, y: targets.values, weights: targets.weights, rows: rows, width: width, divisor: divisor,
      losses: losses, slope: gradient)
    values.run(
      p: outputs, y: targets.values, weights: targets.weights, rows: rows, width: width, divisor: divisor,
      losses: losses)
  }
}
