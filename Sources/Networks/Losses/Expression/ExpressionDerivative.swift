/// An expression made simple, with its derivative by p.
struct DifferentiatedExpression: Sendable {
  typealias Index = ExpressionGraph.Index

  /// Holds value and slope, which share what they have in common.
  private(set) var graph: ExpressionGraph
  let value: Index
  /// ∂value/∂p.
  private(set) var slope: Index

  /// Simplifies and differentiates node by node, operands first.
  ///
  /// A node's derivative follows the node at once, so that few values have to be kept at a time.
  init(_ source: ExpressionParser.Result) {
    var graph = ExpressionGraph()
    var simple: [Index] = [], slopes: [Index?] = []
    for node in source.graph.nodes {
      switch node {
      case .constant, .truth:
        simple.append(graph.insert(node))
        slopes.append(nil)
      case .variable(let variable):
        simple.append(graph.insert(node))
        slopes.append(variable == .prediction ? graph.constant(Float(1)) : nil)
      case .operation(let operation, let operands):
        let x = operands.map { simple[$0] }, dx = operands.map { slopes[$0] }
        let result = graph.simplified(operation, x)
        simple.append(result)
        let isFixed = operation.isCondition || graph[result].number != nil
        let slope = isFixed ? nil : Self.slope(of: operation, result, x, dx, in: &graph)
        slopes.append(slope.flatMap { graph[$0].number == 0 ? nil : $0 })
      }
    }
    value = simple[source.root]
    slope = slopes[source.root] ?? graph.constant(Float(0))
    self.graph = graph
  }

  /// The slope times a factor: for the mean over outputs.
  mutating func scaleSlope(by factor: Double) {
    slope = graph.simplified(.multiply, [graph.constant(factor), slope])
  }

  /// The derivative of one node; nil stands for 0 everywhere.
  ///
  /// At kinks it is PyTorch's: 0 for `abs` and `sign` at 0, one half of each side where `min` or `max` are tied, 1 at
  /// both ends of `clamp`, and of `where` the derivative of the branch taken.
  private static func slope(
    of operation: ExpressionOperation, _ result: Index, _ x: [Index], _ dx: [Index?], in graph: inout ExpressionGraph
  ) -> Index? {
    guard dx.contains(where: { $0 != nil }) else { return nil }
    let zero = graph.constant(Float(0)), one = graph.constant(Float(1)), two = graph.constant(Float(2))
    /// outer · dx[0]
    func chain(_ outer: Index) -> Index? { dx[0].map { graph.simplified(.multiply, [outer, $0]) } }
    switch operation {
    case .add: return sum(dx[0], dx[1], in: &graph)
    case .subtract: return sum(dx[0], dx[1].map { graph.simplified(.negate, [$0]) }, in: &graph)
    case .multiply:
      let left = dx[0].map { graph.simplified(.multiply, [$0, x[1]]) }
      let right = dx[1].map { graph.simplified(.multiply, [x[0], $0]) }
      return sum(left, right, in: &graph)
    case .divide:
      // (a / b)' = a' / b − (a / b) · b' / b: no square of b, which would overflow before the quotient does.
      let left = dx[0].map { graph.simplified(.divide, [$0, x[1]]) }
      let right = dx[1].map { inner in
        let ratio = graph.simplified(.divide, [inner, x[1]])
        return graph.simplified(.negate, [graph.simplified(.multiply, [result, ratio])])
      }
      return sum(left, right, in: &graph)
    case .power: return powerSlope(result, x, dx, in: &graph)
    case .minimum, .maximum:
      let half = graph.constant(Float(0.5))
      let a = dx[0] ?? zero, b = dx[1] ?? zero
      if a == b { return a }
      let both = graph.simplified(
        .add, [graph.simplified(.multiply, [half, a]), graph.simplified(.multiply, [half, b])])
      let first = graph.simplified(operation == .minimum ? .less : .greater, x)
      let second = graph.simplified(operation == .minimum ? .greater : .less, x)
      return graph.simplified(.select, [first, a, graph.simplified(.select, [second, b, both])])
    case .clamp:
      let below = graph.simplified(.less, [x[0], x[1]])
      let above = graph.simplified(.greater, [graph.simplified(.maximum, [x[0], x[1]]), x[2]])
      let inside = graph.simplified(.select, [below, dx[1] ?? zero, dx[0] ?? zero])
      return graph.simplified(.select, [above, dx[2] ?? zero, inside])
    case .select: return graph.simplified(.select, [x[0], dx[1] ?? zero, dx[2] ?? zero])
    case .negate: return dx[0].map { graph.simplified(.negate, [$0]) }
    case .absolute: return chain(graph.simplified(.sign, x))
    case .sign: return nil
    case .squareRoot:
      return dx[0].map { graph.simplified(.divide, [$0, graph.simplified(.multiply, [two, result])]) }
    case .exp: return chain(result)
    case .expm1: return chain(graph.simplified(.exp, x))
    case .log: return dx[0].map { graph.simplified(.divide, [$0, x[0]]) }
    case .log1p: return dx[0].map { graph.simplified(.divide, [$0, graph.simplified(.add, [one, x[0]])]) }
    case .tanh:
      return chain(graph.simplified(.subtract, [one, graph.simplified(.power, [result, two])]))
    case .sigmoid:
      return chain(graph.simplified(.multiply, [result, graph.simplified(.subtract, [one, result])]))
    case .softplus: return chain(graph.simplified(.sigmoid, x))
    case .erf:
      let square = graph.simplified(.power, [x[0], two])
      let bell = graph.simplified(.exp, [graph.simplified(.negate, [square])])
      return chain(graph.simplified(.multiply, [graph.constant(1.1283791670955126), bell]))
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .and, .or, .not, .multiplyAdd: return nil
    }
  }

  /// (aᵇ)' = b aᵇ⁻¹ a' + aᵇ log(a) b', the first 0 where b = 0, the second where a = 0 and b ≥ 0, as PyTorch has it.
  private static func powerSlope(
    _ result: Index, _ x: [Index], _ dx: [Index?], in graph: inout ExpressionGraph
  ) -> Index? {
    let zero = graph.constant(Float(0)), one = graph.constant(Float(1))
    let left = dx[0].map { inner in
      let lowered = graph.simplified(.power, [x[0], graph.simplified(.subtract, [x[1], one])])
      let outer = graph.simplified(.multiply, [x[1], lowered])
      let isConstant = graph[x[1]].number != nil
      let guarded =
        isConstant ? outer : graph.simplified(.select, [graph.simplified(.equal, [x[1], zero]), zero, outer])
      return graph.simplified(.multiply, [guarded, inner])
    }
    let right = dx[1].map { inner in
      let isZero = graph.simplified(.equal, [x[0], zero])
      let grows = graph.simplified(.greaterOrEqual, [x[1], zero])
      let outer = graph.simplified(.multiply, [result, graph.simplified(.log, [x[0]])])
      let guarded = graph.simplified(.select, [graph.simplified(.and, [isZero, grows]), zero, outer])
      return graph.simplified(.multiply, [guarded, inner])
    }
    return sum(left, right, in: &graph)
  }

  private static func sum(_ a: Index?, _ b: Index?, in graph: inout ExpressionGraph) -> Index? {
    guard let a, let b else { return a ?? b }
    return graph.simplified(.add, [a, b])
  }
}
