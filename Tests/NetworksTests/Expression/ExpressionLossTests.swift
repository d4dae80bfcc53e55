import Foundation
import Kernels
import Specs
import Testing

@testable import Networks

/// Expressions as losses: against built-in ones, at extremes, and the same bits however rows are cut.
@Suite(.serialized) struct ExpressionLossTests {
  static let all = ExpressionGradientTests.expressions
  static let constants = ExpressionGradientTests.constants

  @Test("mean squared error, written out, is the built-in loss", arguments: [1, 2, 3, 10, 16, 17, 40, 513, 1200])
  func meanSquaredError(_ width: Int) throws {
    let rows = ExpressionRows(rows: 37, width: width, seed: 3)
    let own = rows.evaluate(try expressionLoss("(p - y)^2", width: width))
    let builtIn = rows.evaluate(
      try lossSpec(#"{"type": "mse"}"#).makeLoss(
        LossContext(output: Port([width]), classes: 0, targetWidth: width, path: "loss")))
    for (a, b) in zip(own.losses, builtIn.losses) { #expect(abs(a - b) <= 3 * 0x1p-24 * abs(b)) }
    for (a, b) in zip(own.gradient, builtIn.gradient) { #expect(abs(a - b) <= abs(b) * 0x1p-22) }
  }

  @Test("sum and mean over outputs, and weights")
  func reductions() throws {
    let rows = ExpressionRows(rows: 5, width: 7, seed: 4)
    let sum = rows.evaluate(try expressionLoss("w*abs(p - y)", width: 7, sum: true))
    let mean = rows.evaluate(try expressionLoss("w*abs(p - y)", width: 7))
    for row in 0..<5 {
      var exact = 0.0
      let w = Double(rows.w[row])
      for column in 0..<7 {
        let place = row * rows.stride + column
        exact += w * abs(Double(rows.p[place] - rows.y[place]))
        let slope = w * w * (rows.p[place] > rows.y[place] ? 1 : rows.p[place] < rows.y[place] ? -1 : 0)
        #expect(Double(sum.gradient[place]) == slope)
        #expect(abs(Double(mean.gradient[place]) - slope / 7) <= abs(slope) * 0x1p-24)
      }
      #expect(abs(sum.losses[row] - w * exact) <= 1e-6 * w * exact)
      #expect(abs(mean.losses[row] - w * exact / 7) <= 1e-6 * w * exact)
    }
  }

  @Test("bits do not depend on the cut of rows, and nothing else is written", arguments: all)
  func cuts(_ text: String) throws {
    for width in [1, 3, 10, 16, 33] {
      let rows = ExpressionRows(rows: 130, width: width, seed: 6)
      let loss = try expressionLoss(text, width: width, constants: Self.constants)
      let whole = rows.bits(loss)
      #expect(whole == rows.bits(loss, in: [0..<1, 1..<2, 2..<64, 64..<64, 64..<129, 129..<130]))
      let part = rows.evaluate(loss, in: [40..<90])
      for row in 0..<130 where !(40..<90).contains(row) {
        #expect(part.losses[row] == -77)
        #expect(part.gradient[row * rows.stride..<(row + 1) * rows.stride].allSatisfy { $0 == 0 })
      }
      for row in 0..<130 {
        let padding = whole.gradient[row * rows.stride + width..<(row + 1) * rows.stride]
        #expect(padding.allSatisfy { $0 == 0 }, "the padding of the gradient stays zero")
      }
    }
  }

  @Test("bits do not depend on the place of an element in a wide row, nor on a program's registers")
  func places() throws {
    let values: [Float] = (0..<16).map { Float($0) * 0.3 - 2 }
    for text in [
      "exp(p)*tanh(p - y) + (p - y)^2", (1...60).map { "exp(p/\($0))*tanh(p)^\($0)" }.joined(separator: "-"),
    ] {
      let narrow = ExpressionRows(p: values, y: values.reversed()).evaluate(
        try expressionLoss(text, width: 16, sum: true))
      for count in [2, 33, 64] {
        let wide = ExpressionRows(
          p: Array(repeatElement(values, count: count).joined()),
          y: Array(repeatElement(values.reversed(), count: count).joined())
        ).evaluate(try expressionLoss(text, width: 16 * count, sum: true))
        for index in 0..<16 * count {
          #expect(wide.gradient[index].bitPattern == narrow.gradient[index % 16].bitPattern)
        }
        #expect(abs(wide.losses[0] - Double(count) * narrow.losses[0]) <= 1e-12 * abs(wide.losses[0]))
      }
    }
  }

  @Test("extremes give infinities and NaN, as IEEE has them, and never a trap", arguments: all)
  func extremes(_ text: String) throws {
    let extremes: [Float] = [
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e38, -1e38, .leastNonzeroMagnitude, -1e-38, 88, -90, 1e4, -1e4,
    ]
    let loss = try expressionLoss(text, width: extremes.count, constants: Self.constants)
    for y in extremes {
      let rows = ExpressionRows(p: extremes, y: [Float](repeating: y, count: extremes.count))
      #expect(rows.bits(loss) == rows.bits(loss))
    }
  }

  @Test(
    "special values",
    arguments: [
      ("1/p", 0, Float.infinity), ("log(p)", -1, .nan), ("log(p)", 0, -.infinity), ("sqrt(p)", -1, .nan),
      ("exp(p)", 100, .infinity),
      ("p^0.3", -1, .nan), ("p^-1", 0, .infinity), ("0*p", .infinity, .nan), ("p - p", .infinity, .nan),
      ("where(p > 0, p, 1/0)", 1, 1),
      ("where(p > 0, log(p), 7)", -1, 7), ("max(p, 1)", .nan, .nan), ("max(1, p)", .nan, .nan),
      ("min(p, 1)", .nan, .nan),
      ("relu(p)", .nan, .nan), ("clamp(p, 0, 1)", .nan, .nan), ("p/0", -1, -.infinity), ("0^p", 0, 1),
      ("p^2", 1e30, .infinity),
      ("pow(p, 3.5)", .infinity, .infinity), ("pow(-2, p)", 3, -8), ("pow(-2, p)", 0.5, .nan),
      ("abs(p)", -.infinity, .infinity),
    ] as [(String, Float, Float)])
  func special(_ text: String, p: Float, expected: Float) throws {
    let (losses, _) = ExpressionRows(p: [p], y: [0]).evaluate(try expressionLoss(text))
    #expect(Float(losses[0]) == expected || (losses[0].isNaN && expected.isNaN), "\(text) at \(p): \(losses[0])")
  }

  @Test("a gradient computes once what its parts have in common")
  func sharing() throws {
    func count(_ text: String) throws -> Int {
      try ElementwiseProgram(
        slopeOf: LoweredExpression(DifferentiatedExpression(ExpressionParser.parse(text)))
      ).instructionCount
    }
    #expect(try count("(p - y)^2") == 2)
    #expect(try count("exp(p)") == 1)
    #expect(try count("exp(p - y) + exp(p - y)*y") <= 5)
    #expect(try count("(p - y)*(p - y)") <= 3)
    #expect(try count("p + 0*0 + (1 - 1)*5") == 1)
  }

  @Test("the spec makes losses for as many outputs as targets")
  func spec() throws {
    for example in ExpressionSpec.examples {
      let members = try ConfigValue.parse(Data(example.utf8), file: "example")
      guard case .object(let members) = members else { continue }
      let (spec, resolved) = try FieldReader.readVariant(
        .object([.init("type", .string("expression"))] + members), LossRegistry.standard, path: "loss")
      #expect(resolved["reduce_outputs"] != nil)
      #expect(spec.targets == .values && spec.explanation.count >= 2)
      #expect(throws: Never.self) {
        try spec.makeLoss(LossContext(output: Port([3]), classes: 0, targetWidth: 3, path: "loss"))
      }
      #expect(throws: ConfigError.self) {
        try spec.makeLoss(LossContext(output: Port([3]), classes: 0, targetWidth: 2, path: "loss"))
      }
    }
  }
}
