import Foundation
import Kernels
import Specs
import Testing

@testable import Networks

/// Compiled values and derived gradients against the interpreter in double precision.
@Suite struct ExpressionGradientTests {
  static let expressions = [
    "(p - y)^2", "abs(p - y)", "0.5*(p - y)^2 + p", "where(y > p, 3*(y-p), y-p)^2", "p*y", "-p", "p", "3*p - 2*p*y",
    "where(abs(p-y) <= 1.5, 0.5*(p-y)^2, 1.5*(abs(p-y) - 0.75))", "softplus(p) - y*p", "softplus(-p*y)",
    "max(0, 1 - p*y)", "max(0, 1 - p*y)^2", "max(0.9*(y-p), -0.1*(y-p))", "exp(p) - y*p", "exp(-y*p/2)",
    "log(1 + (p-y)^2)", "log1p((p-y)^2/4)", "1 - exp(-(p-y)^2)", "(p-y)^2/(1 + (p-y)^2)", "(p-y)^2/(4 + p^2 + y^2)",
    "sqrt(1 + (p-y)^2) - 1", "(1 + (p-y)^2)^0.25", "(1 + p^2)^y", "2^p", "abs(p-y)^1.5", "abs(p - y)^3", "(3 + p/4)^-2",
    "(p-y)^4 - (p-y)^3", "tanh(p)*y + tanh(p)^2", "sigmoid(p)*(1 - sigmoid(p)) - y*sigmoid(p)", "erf(p - y)",
    "expm1(p/2)^2",
    "log(5 + tanh(p))*w", "min(p, y)^2 - max(p, y, 2*p + 1)", "clamp(p, -1, 1)^2 + clamp(y, -p, p + 3)",
    "relu(p - y) + relu(y - p)/2",
    "square(p) - y/(3 + sigmoid(p))", "log2(2 + p^2) + log10(3 + p^2)",
    "where(p > 0 and y > 0 or not p < 1, p^2, -p*exp(p/3))",
    "where(p*y != 0, p/(1 + abs(y)), 1)", "y/(p^2 + 1) - (p - y)/(p^2 + y^2 + 1)^1.5", "sign(p)*p^2",
    "(p-y)*(p-y)*(y-p)",
    "-(p - y)/-(1 + p^2)", "pow(softplus(p) + 0.1, 1.3)", "(p - 1)^2 - 2*(p - 1)*(y - 1) + (y - 1)^2",
    "(1 - sigmoid(p*(2*y-1)))^2*softplus(-p*(2*y-1))", "abs(sin_)*p^2",
  ]
  static let constants: [(name: String, value: Double)] = [("sin_", -0.75)]

  /// Greatest errors of value and gradient, relative to the size of what enters them.
  static func errors(_ text: String, damage: Float = 1) throws -> (value: Double, slope: Double) {
    let reference = try ExpressionInterpreter(text, constants: constants)
    let loss = try expressionLoss(text, width: 1, constants: constants)
    var worst = (value: 0.0, slope: 0.0)
    // Between the multiples of 1/4 where the kinks of the list are.
    for p in stride(from: -2.9013, through: 3.1, by: 0.37) {
      for y in stride(from: -1.93, through: 2.1, by: 0.61) {
        let p = Float(p), y = Float(y), w: Float = 1.25
        let (losses, gradient) = ExpressionRows(p: [p], y: [y], w: w).evaluate(loss)
        let value = reference(p: Double(p), y: Double(y), w: Double(w))
        let h = 1e-5
        func at(_ offset: Double) -> Double { reference(p: Double(p) + offset, y: Double(y), w: Double(w)) }
        let slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
        worst.value = max(worst.value, abs(losses[0] / Double(w) - value) / max(1, abs(value), 10))
        worst.slope = max(
          worst.slope, abs(Double(gradient[0] * damage) / Double(w) - slope) / max(1, abs(slope), abs(value)))
      }
    }
    return worst
  }

  @Test("value and gradient", arguments: expressions)
  func gradient(_ text: String) throws {
    let errors = try Self.errors(text)
    #expect(errors.value < 3e-6, "value of \(text)")
    #expect(errors.slope < 3e-6, "gradient of \(text)")
  }

  @Test("negative control: a gradient that is 0.01 % off is seen")
  func control() throws {
    #expect(try Self.errors("(p - y)^2").slope < 3e-6)
    #expect(try Self.errors("(p - y)^2", damage: 1.0001).slope > 3e-6)
  }

  @Test(
    "kinks are PyTorch's",
    arguments: [
      ("abs(p)", 0, 0, 0), ("sign(p)*2 + p", 0, 0, 1), ("relu(p)", 0, 0, 0), ("max(p, 0)", 0, 0, 0.5),
      ("min(p, 0)", 0, 0, 0.5),
      ("max(p, y)", 2, 2, 0.5), ("max(2*p, y)", 1, 2, 1), ("max(p, 3*p)", 0, 0, 2), ("clamp(p, -1, 1)", 1, 0, 1),
      ("clamp(p, -1, 1)", -1, 0, 1), ("clamp(p, -1, 1)", 1.5, 0, 0), ("clamp(3, 0, p)", 2, 0, 1),
      ("clamp(p, 3, 1)", 2, 0, 0),
      ("where(p > 0, p, 0)", 0, 0, 0), ("where(p >= 0, p, 0)", 0, 0, 1), ("p^2", 0, 0, 0), ("p^0 + p", 0, 0, 1),
      ("p^1", 0, 0, 1),
      ("p^y", 0, 0, 0), ("p^y", 0, 1, 1), ("y^p", 2, 0, 0), ("sqrt(p)", 0, 0, Float.infinity),
      ("where(p > 0, log(p), 0)", 0, 0, 0),
      ("where(p > 0, sqrt(p), p)", -4, 0, 1), ("p^3", -2, 0, 12), ("abs(p)^p", 1, 0, 1),
    ] as [(String, Float, Float, Float)])
  func kinks(_ text: String, p: Float, y: Float, slope: Float) throws {
    let (_, gradient) = ExpressionRows(p: [p], y: [y]).evaluate(try expressionLoss(text))
    #expect(gradient[0] == slope, "\(text) at p = \(p), y = \(y)")
  }

  @Test(
    "derived gradients read as one would write them",
    arguments: [
      ("(p - y)^2", "2 * (p - y)"), ("0.5*(p - y)^2", "p - y"), ("abs(p - y)", "sign(p - y)"),
      ("softplus(p) - y*p", "sigmoid(p) - y"),
      ("exp(p) - y*p", "exp(p) - y"), ("p*3", "3"), ("log(p)*y", "y / p"),
      ("where(y > p, 2*(y-p), p-y)", "where(y > p, -2, 1)"),
      ("p^3/3", "p^2"), ("-(y - p)*w", "w"), ("p^-2", "-2 * p^(-3)"),
      ("sqrt(p)", "1 / (2 * sqrt(p))"),
      ("where(p > 0 and not (y < 1 or p < y), p, p - 1)", "1"), ("tanh(p)", "1 - tanh(p)^2"),
      ("min(p, y)", "where(p < y, 1, where(p > y, 0, 0.5))"),
      ("(p - y)*(p + y)", "p - y + p + y"), ("p - (y - p)", "2"), ("2^p", "0.6931472 * 2^p"),
    ])
  func text(_ text: String, gradient: String) throws {
    let expression = DifferentiatedExpression(try ExpressionParser.parse(text))
    let (definitions, result) = expression.graph.text(of: expression.slope)
    #expect(definitions.isEmpty && result == gradient, "\(text): \(definitions) \(result)")
  }

  @Test("a printed gradient, parsed again, has the same values", arguments: expressions)
  func textIsTheGradient(_ text: String) throws {
    let expression = DifferentiatedExpression(try ExpressionParser.parse(text, constants: Self.constants))
    let (definitions, result) = expression.graph.text(of: expression.slope)
    guard definitions.isEmpty else { return }
    let again = try ExpressionInterpreter(result)
    let loss = try expressionLoss(text, constants: Self.constants)
    for (p, y) in [(0.37, -1.1), (-2.2, 0.9), (1.7, 1.3)] as [(Float, Float)] {
      let (_, gradient) = ExpressionRows(p: [p], y: [y]).evaluate(loss)
      let expected = again(p: Double(p), y: Double(y))
      #expect(abs(Double(gradient[0]) - expected) <= 3e-6 * max(1, abs(expected)), "\(result)")
    }
  }

  @Test("parts that occur several times get names")
  func names() throws {
    let spec = try lossSpec(#"{"type": "expression", "per_sample": "where(y > p, 3*(y-p), y-p)^2"}"#)
    #expect(
      spec.explanation == [
        "value: l = where(y > p, 3 * (y - p), y - p)^2",
        "gradient: d/dp = 2 * where(y > p, 3 * (y - p), y - p) * where(y > p, -3, -1)",
      ], "\(spec.explanation)")
    let nested = DifferentiatedExpression(try ExpressionParser.parse("exp(square(p - y*p))*square(square(p - y*p))"))
    #expect(nested.graph.text(of: nested.slope).definitions.first == "t1 = (p - p * y)^2")
    #expect(try lossSpec(#"{"type": "mse"}"#).explanation.isEmpty)
  }
}
