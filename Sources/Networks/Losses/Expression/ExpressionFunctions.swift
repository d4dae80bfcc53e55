/// The functions of the language: name, operands, and the nodes they stand for.
struct ExpressionFunction: Sendable {
  typealias Index = ExpressionGraph.Index

  let name: String
  /// The operands as the docs name them.
  let parameters: [String]
  /// Whether more operands of the last kind may follow.
  let isVariadic: Bool
  /// Writes the nodes; the operands are numbers, the first of `where` a condition.
  let build: @Sendable (inout ExpressionGraph, [Index]) -> Index

  init(
    _ name: String, _ parameters: [String], isVariadic: Bool = false,
    build: @escaping @Sendable (inout ExpressionGraph, [Index]) -> Index
  ) {
    self.name = name
    self.parameters = parameters
    self.isVariadic = isVariadic
    self.build = build
  }

  /// A function that is one node.
  private init(_ name: String, _ parameters: [String], _ operation: ExpressionOperation) {
    self.init(name, parameters) { graph, operands in graph.insert(operation, operands) }
  }

  /// A function of two or more operands, taken in pairs from the left.
  private init(_ name: String, folding operation: ExpressionOperation) {
    self.init(name, ["a", "b"], isVariadic: true) { graph, operands in
      operands.dropFirst().reduce(operands[0]) { graph.insert(operation, [$0, $1]) }
    }
  }

  /// Whether the operand at this place is a condition.
  func takesCondition(at place: Int) -> Bool { name == "where" && place == 0 }

  /// How it is called, like `clamp(x, low, high)`.
  var usage: String { "\(name)(\(parameters.joined(separator: ", "))\(isVariadic ? ", …" : ""))" }

  static let all: [ExpressionFunction] = [
    .init("where", ["condition", "a", "b"], .select),
    .init("abs", ["x"], .absolute), .init("sign", ["x"], .sign),
    .init("min", folding: .minimum), .init("max", folding: .maximum),
    .init("clamp", ["x", "low", "high"], .clamp),
    // Written so that NaN stays NaN and the slope at 0 is 0.
    .init("relu", ["x"]) { graph, operands in
      let zero = graph.constant(Float(0))
      return graph.insert(.select, [graph.insert(.lessOrEqual, [operands[0], zero]), zero, operands[0]])
    },
    .init("pow", ["x", "exponent"], .power),
    .init("square", ["x"]) { graph, operands in graph.insert(.power, [operands[0], graph.constant(Float(2))]) },
    .init("sqrt", ["x"], .squareRoot),
    .init("exp", ["x"], .exp), .init("expm1", ["x"], .expm1),
    .init("log", ["x"], .log), .init("log1p", ["x"], .log1p),
    .init("log2", ["x"]) { graph, operands in
      graph.insert(.multiply, [graph.constant(1.4426950408889634), graph.insert(.log, operands)])
    },
    .init("log10", ["x"]) { graph, operands in
      graph.insert(.multiply, [graph.constant(0.4342944819032518), graph.insert(.log, operands)])
    },
    .init("tanh", ["x"], .tanh), .init("sigmoid", ["x"], .sigmoid), .init("softplus", ["x"], .softplus),
    .init("erf", ["x"], .erf),
  ]

  static func named(_ name: String) -> ExpressionFunction? { all.first { $0.name == name } }
}
