/// What a node of an expression computes from its operands.
enum ExpressionOperation: UInt8, CaseIterable, Sendable {
  case add, subtract, multiply, divide
  /// a to the power b.
  case power
  case minimum, maximum
  case negate, absolute, sign, squareRoot, exp, expm1, log, log1p, tanh, sigmoid, softplus, erf
  /// a where it lies between b and c, else the nearer of them: `min(max(a, b), c)`.
  case clamp
  case less, lessOrEqual, greater, greaterOrEqual, equal, notEqual
  case and, or, not
  /// Where a holds b, else c.
  case select
  /// `a · b + c` with one rounding; only the compiler makes it.
  case multiplyAdd

  /// Whether the result is a truth value.
  var isCondition: Bool {
    switch self {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual, .and, .or, .not: true
    default: false
    }
  }

  /// Whether the operands may be exchanged without a change of any bit but NaN's.
  var isCommutative: Bool {
    switch self {
    case .add, .multiply, .equal, .notEqual, .and, .or: true
    default: false
    }
  }
}

/// What an expression reads for each element.
enum ExpressionVariable: String, CaseIterable, Sendable {
  /// The network's output.
  case prediction = "p"
  /// The target.
  case target = "y"
  /// The weight of the sample.
  case weight = "w"
}

/// A typed expression: nodes after their operands, each different node once.
///
/// Because equal nodes are one, common subexpressions are found as they are written, and the size of a derivative stays
/// proportional to that of its expression. No walk over it needs recursion.
struct ExpressionGraph: Sendable {
  /// A place in ``nodes``.
  typealias Index = Int

  enum Node: Hashable, Sendable {
    /// A number, by the bits of its float.
    case constant(UInt32)
    case truth(Bool)
    case variable(ExpressionVariable)
    case operation(ExpressionOperation, [Index])

    /// Whether this is a truth value.
    var isCondition: Bool {
      switch self {
      case .truth: true
      case .operation(let operation, _): operation.isCondition
      default: false
      }
    }

    /// The number, where this is one.
    var number: Float? {
      guard case .constant(let bits) = self else { return nil }
      return Float(bitPattern: bits)
    }

    var operands: [Index] {
      guard case .operation(_, let operands) = self else { return [] }
      return operands
    }
  }

  private(set) var nodes: [Node] = []
  private var places: [Node: Index] = [:]

  subscript(index: Index) -> Node { nodes[index] }

  /// The place of a node, which is added if it is new.
  mutating func insert(_ node: Node) -> Index {
    if let place = places[node] { return place }
    nodes.append(node)
    places[node] = nodes.count - 1
    return nodes.count - 1
  }

  mutating func insert(_ operation: ExpressionOperation, _ operands: [Index]) -> Index {
    insert(.operation(operation, operands))
  }

  mutating func constant(_ value: Float) -> Index { insert(.constant(value.bitPattern)) }

  mutating func constant(_ value: Double) -> Index { constant(Float(value)) }

  /// The operation of a node and its operands, where it has one.
  func operation(_ index: Index) -> (ExpressionOperation, [Index])? {
    guard case .operation(let operation, let operands) = nodes[index] else { return nil }
    return (operation, operands)
  }

  /// The operands of a node, where it is this operation.
  func operands(_ index: Index, of operation: ExpressionOperation) -> [Index]? {
    guard case .operation(operation, let operands) = nodes[index] else { return nil }
    return operands
  }

  /// How often each node is used to compute the roots; 0 for nodes that they do not need.
  func uses(from roots: [Index]) -> [Int] {
    var uses = [Int](repeating: 0, count: nodes.count)
    for root in roots { uses[root] += 1 }
    for index in nodes.indices.reversed() where uses[index] > 0 {
      for operand in nodes[index].operands { uses[operand] += 1 }
    }
    return uses
  }
}
