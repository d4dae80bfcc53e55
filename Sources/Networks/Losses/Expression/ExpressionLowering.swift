internal import Kernels

extension ExpressionOperation {
  /// The kernel that computes this; nil for what is made of others.
  var kernel: ElementwiseOperation? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    case .power: .power
    case .minimum: .minimum
    case .maximum: .maximum
    case .negate: .negate
    case .absolute: .absolute
    case .sign: .sign
    case .squareRoot: .squareRoot
    case .exp: .exp
    case .expm1: .expm1
    case .log: .log
    case .log1p: .log1p
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .softplus: .softplus
    case .erf: .erf
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .equal: .equal
    case .notEqual: .notEqual
    case .and: .and
    case .or: .or
    case .not: .not
    case .select: .select
    case .multiplyAdd: .multiplyAdd
    case .clamp, .greater, .greaterOrEqual: nil
    }
  }
}

/// An expression in the operations that kernels have.
///
/// Powers with small whole exponents become products, which value and slope share; a product that is only added to
/// something is fused with the sum.
struct LoweredExpression {
  typealias Index = ExpressionGraph.Index

  /// Whole exponents up to this are products.
  private static let productLimit: Float = 32

  private(set) var graph = ExpressionGraph()
  private(set) var value: Index = 0
  private(set) var slope: Index = 0

  init(_ source: DifferentiatedExpression) {
    let uses = source.graph.uses(from: [source.value, source.slope])
    var places = [Index](repeating: 0, count: source.graph.nodes.count)
    for index in source.graph.nodes.indices where uses[index] > 0 {
      let node = source.graph[index]
      if case .operation(let operation, let operands) = node {
        let fused = Self.fused(operation, operands, source.graph, uses)
        places[index] =
          fused.map { lower(.multiplyAdd, resolve($0, places)) }
          ?? lower(operation, operands.map { places[$0] })
      } else {
        places[index] = graph.insert(node)
      }
    }
    value = places[source.value]
    slope = places[source.slope]
  }

  /// An operand of a fused product and sum: a node of the source, or a constant's negative.
  private enum Part {
    case node(Index)
    case number(Float)
  }

  /// The parts a, b, c of `a · b + c`, where a sum or difference has one product that nothing else needs.
  private static func fused(
    _ operation: ExpressionOperation, _ operands: [Index], _ source: ExpressionGraph, _ uses: [Int]
  ) -> [Part]? {
    func product(_ index: Index) -> [Index]? { uses[index] == 1 ? source.operands(index, of: .multiply) : nil }
    if operation == .add {
      if let factors = product(operands[1]) { return [.node(factors[0]), .node(factors[1]), .node(operands[0])] }
      if let factors = product(operands[0]) { return [.node(factors[0]), .node(factors[1]), .node(operands[1])] }
    }
    if operation == .subtract {
      if let factors = product(operands[1]), let factor = source[factors[0]].number {
        return [.number(-factor), .node(factors[1]), .node(operands[0])]
      }
      if let factors = product(operands[0]), let rest = source[operands[1]].number {
        return [.node(factors[0]), .node(factors[1]), .number(-rest)]
      }
    }
    return nil
  }

  private mutating func resolve(_ parts: [Part], _ places: [Index]) -> [Index] {
    parts.map { part in
      switch part {
      case .node(let index): places[index]
      case .number(let number): graph.constant(number)
      }
    }
  }

  private mutating func lower(_ operation: ExpressionOperation, _ x: [Index]) -> Index {
    switch operation {
    case .greater: return graph.insert(.less, [x[1], x[0]])
    case .greaterOrEqual: return graph.insert(.lessOrEqual, [x[1], x[0]])
    case .clamp: return graph.insert(.minimum, [graph.insert(.maximum, [x[0], x[1]]), x[2]])
    case .multiply: return graph.insert(.multiply, x.sorted())
    case .power:
      guard let exponent = graph[x[1]].number else { return graph.insert(.power, x) }
      return power(x[0], exponent) ?? graph.insert(.power, x)
    default: return graph.insert(operation, x)
    }
  }

  /// A power as products, root and quotient; nil where it has to be computed as such.
  private mutating func power(_ x: Index, _ exponent: Float) -> Index? {
    if exponent == 0.5 { return graph.insert(.squareRoot, [x]) }
    if exponent == 1.5 { return graph.insert(.multiply, [x, graph.insert(.squareRoot, [x])]) }
    if exponent < 0 {
      let one = graph.constant(Float(1))
      return power(x, -exponent).map { graph.insert(.divide, [one, $0]) }
    }
    guard exponent >= 1, exponent <= Self.productLimit, exponent == exponent.rounded() else { return nil }
    var result: Index?
    var square = x
    var rest = Int(exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result.map { graph.insert(.multiply, [square, $0].sorted()) } ?? square }
      rest >>= 1
      if rest > 0 { square = graph.insert(.multiply, [square, square]) }
    }
    return result
  }
}
