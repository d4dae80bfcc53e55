import Foundation
import Kernels
import Specs

@testable import Networks

/// The meaning of a parsed expression in double precision, node by node as it was written: the reference of all tests.
struct ExpressionInterpreter {
  var source: ExpressionParser.Result

  init(_ text: String, constants: [(name: String, value: Double)] = []) throws {
    source = try ExpressionParser.parse(text, constants: constants)
  }

  func callAsFunction(p: Double = 0, y: Double = 0, w: Double = 1) -> Double {
    var values: [Double] = []
    for node in source.graph.nodes {
      switch node {
      case .constant(let bits): values.append(Double(Float(bitPattern: bits)))
      case .truth(let truth): values.append(truth ? 1 : 0)
      case .variable(let variable):
        switch variable {
        case .prediction: values.append(p)
        case .target: values.append(y)
        case .weight: values.append(w)
        }
      case .operation(let operation, let operands): values.append(Self.result(operation, operands.map { values[$0] }))
      }
    }
    return values[source.root]
  }

  private static func result(_ operation: ExpressionOperation, _ x: [Double]) -> Double {
    switch operation {
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .power: pow(x[0], x[1])
    case .minimum: x[0].isNaN ? x[0] : x[1].isNaN ? x[1] : min(x[0], x[1])
    case .maximum: x[0].isNaN ? x[0] : x[1].isNaN ? x[1] : max(x[0], x[1])
    case .negate: -x[0]
    case .absolute: abs(x[0])
    case .sign: x[0] > 0 ? 1 : x[0] < 0 ? -1 : x[0].isNaN ? x[0] : 0
    case .squareRoot: x[0].squareRoot()
    case .exp: exp(x[0])
    case .expm1: expm1(x[0])
    case .log: log(x[0])
    case .log1p: log1p(x[0])
    case .tanh: tanh(x[0])
    case .sigmoid: 1 / (1 + exp(-x[0]))
    case .softplus: max(x[0], 0) + log1p(exp(-abs(x[0])))
    case .erf: erf(x[0])
    case .clamp: min(max(x[0], x[1]), x[2])
    case .less: x[0] < x[1] ? 1 : 0
    case .lessOrEqual: x[0] <= x[1] ? 1 : 0
    case .greater: x[0] > x[1] ? 1 : 0
    case .greaterOrEqual: x[0] >= x[1] ? 1 : 0
    case .equal: x[0] == x[1] ? 1 : 0
    case .notEqual: x[0] != x[1] ? 1 : 0
    case .and: x[0] != 0 && x[1] != 0 ? 1 : 0
    case .or: x[0] != 0 || x[1] != 0 ? 1 : 0
    case .not: x[0] == 0 ? 1 : 0
    case .select: x[0] != 0 ? x[1] : x[2]
    case .multiplyAdd: x[0] * x[1] + x[2]
    }
  }
}

/// Rows of outputs and targets with a loss over them.
struct ExpressionRows {
  let width: Int
  let stride: Int
  var p: [Float]
  var y: [Float]
  var w: [Float]

  /// Random rows: outputs and targets around 0, some of them equal.
  init(rows: Int, width: Int, seed: UInt64, scale: Float = 1.5) {
    self.width = width
    stride = Matrix.stride(for: width)
    p = [Float](repeating: 0, count: rows * stride)
    y = p
    w = (0..<rows).map { 0.5 + Float($0 % 7) }
    for row in 0..<rows {
      var values = [Float](repeating: 0, count: 2 * width)
      RandomStream(seed: seed, purpose: .noise, item: UInt64(row)).fill(normal: &values, count: values.count)
      for column in 0..<width {
        p[row * stride + column] = scale * values[column]
        y[row * stride + column] = column % 5 == 4 ? p[row * stride + column] : scale * values[width + column]
      }
    }
  }

  /// One row with these values.
  init(p: [Float], y: [Float], w: Float = 1) {
    width = p.count
    stride = Matrix.stride(for: p.count)
    self.p = p + [Float](repeating: 0, count: stride - p.count)
    self.y = y + [Float](repeating: 0, count: stride - p.count)
    self.w = [w]
  }

  struct Result: Equatable {
    var losses: [UInt64]
    var gradient: [UInt32]

    /// The same results, with all NaNs alike.
    init(_ losses: [Double], _ gradient: [Float]) {
      self.losses = losses.map { $0.isNaN ? 1 : $0.bitPattern }
      self.gradient = gradient.map { $0.isNaN ? 1 : $0.bitPattern }
    }
  }

  /// Losses and gradient (with its padding), computed in ranges of rows.
  func evaluate(_ loss: any Loss, in ranges: [Range<Int>]? = nil) -> (losses: [Double], gradient: [Float]) {
    var losses = [Double](repeating: -77, count: w.count)
    var gradient = [Float](repeating: 0, count: p.count)
    var p = p, y = y
    var target: Int32 = 0
    p.withUnsafeMutableBufferPointer { p in
      y.withUnsafeMutableBufferPointer { y in
        gradient.withUnsafeMutableBufferPointer { gradient in
          guard let p = p.baseAddress, let y = y.baseAddress, let gradient = gradient.baseAddress else { return }
          for range in ranges ?? [0..<w.count] {
            loss.evaluate(
              Matrix(p, stride: stride), LossRows(classes: &target, values: Matrix(y, stride: stride), weights: w),
              rows: range, losses: &losses, gradient: Matrix(gradient, stride: stride))
          }
        }
      }
    }
    return (losses, gradient)
  }

  /// As `evaluate`, comparable bit by bit.
  func bits(_ loss: any Loss, in ranges: [Range<Int>]? = nil) -> Result {
    let (losses, gradient) = evaluate(loss, in: ranges)
    return Result(losses, gradient)
  }
}

/// An expression as a loss.
func expressionLoss(
  _ text: String, width: Int = 1, sum: Bool = false, constants: [(name: String, value: Double)] = []
) throws -> ExpressionLoss {
  try ExpressionLoss(
    DifferentiatedExpression(ExpressionParser.parse(text, constants: constants)), width: width, reducesByMean: !sum)
}

/// Reads `loss` of a config.
func lossSpec(_ json: String) throws -> any LossSpec {
  try FieldReader.readVariant(
    ConfigValue.parse(Data(json.utf8), file: "test"), LossRegistry.standard, path: "loss"
  ).0
}
