internal import Kernels

/// Rules that make an expression shorter.
///
/// They hold for every float, infinities and NaN included, up to the sign of zero and the rounding of products of
/// constants: `x · 0`, `x − x` and `x / x` stay, because x may be infinite.
extension ExpressionGraph {
  /// The shortest form known of an operation on nodes that are already simple.
  mutating func simplified(_ operation: ExpressionOperation, _ operands: [Index]) -> Index {
    if let folded = folded(operation, operands) { return folded }
    let a = operands[0], b = operands.count > 1 ? operands[1] : a
    switch operation {
    case .add: return sum(a, b)
    case .subtract: return difference(a, b)
    case .multiply: return product(a, b)
    case .divide: return quotient(a, b)
    case .negate: return negated(a)
    case .power: return power(a, b)
    case .absolute:
      if let inner = self.operands(a, of: .negate) { return simplified(.absolute, inner) }
      return self.operands(a, of: .absolute) != nil ? a : insert(operation, operands)
    case .minimum, .maximum: return a == b ? a : insert(operation, operands)
    case .and: return conjunction(a, b, identity: true)
    case .or: return conjunction(a, b, identity: false)
    case .not: return self.operands(a, of: .not)?[0] ?? insert(.not, [a])
    case .select: return selection(a, b, operands[2])
    case .equal, .notEqual: return insert(operation, operands.sorted())
    default: return insert(operation, operands)
    }
  }

  /// The value of an operation on constants, with the bits that a program would give it.
  private mutating func folded(_ operation: ExpressionOperation, _ operands: [Index]) -> Index? {
    let numbers = operands.compactMap { nodes[$0].number }
    guard numbers.count == operands.count else { return nil }
    switch operation {
    case .greater: return insert(.truth(numbers[0] > numbers[1]))
    case .greaterOrEqual: return insert(.truth(numbers[0] >= numbers[1]))
    case .clamp:
      return constant(ElementwiseOperation.minimum(ElementwiseOperation.maximum(numbers[0], numbers[1]), numbers[2]))
    default:
      guard let kernel = operation.kernel else { return nil }
      let result = kernel(numbers[0], numbers.count > 1 ? numbers[1] : 0, numbers.count > 2 ? numbers[2] : 0)
      return operation.isCondition ? insert(.truth(result.bitPattern != 0)) : constant(result)
    }
  }

  private mutating func sum(_ a: Index, _ b: Index) -> Index {
    if nodes[a].number == 0 { return b }
    if nodes[b].number == 0 { return a }
    if a == b { return scaled(constant(Float(2)), a) }
    if let negative = operands(b, of: .negate) { return difference(a, negative[0]) }
    if let negative = operands(a, of: .negate) { return difference(b, negative[0]) }
    return insert(.add, [min(a, b), max(a, b)])
  }

  private mutating func difference(_ a: Index, _ b: Index) -> Index {
    if nodes[b].number == 0 { return a }
    if nodes[a].number == 0 { return negated(b) }
    if let negative = operands(b, of: .negate) { return sum(a, negative[0]) }
    return insert(.subtract, [a, b])
  }

  private mutating func product(_ a: Index, _ b: Index) -> Index {
    if nodes[b].number != nil { return scaled(b, a) }
    if nodes[a].number != nil { return scaled(a, b) }
    if a == b { return power(a, constant(Float(2))) }
    if let left = operands(a, of: .negate) { return negated(product(left[0], b)) }
    if let right = operands(b, of: .negate) { return negated(product(a, right[0])) }
    // Constants move outwards, where they meet others.
    if let left = operands(a, of: .multiply), nodes[left[0]].number != nil {
      return scaled(left[0], product(left[1], b))
    }
    if let right = operands(b, of: .multiply), nodes[right[0]].number != nil {
      return scaled(right[0], product(a, right[1]))
    }
    if let right = operands(b, of: .divide), nodes[right[0]].number == 1 { return quotient(a, right[1]) }
    if let left = operands(a, of: .divide), nodes[left[0]].number == 1 { return quotient(b, left[1]) }
    return insert(.multiply, [min(a, b), max(a, b)])
  }

  /// A constant times a node that is not one.
  private mutating func scaled(_ factor: Index, _ x: Index) -> Index {
    guard let number = nodes[factor].number else { return insert(.multiply, [factor, x]) }
    if number == 1 { return x }
    if number == -1 { return negated(x) }
    if let inner = operands(x, of: .negate) { return scaled(constant(-number), inner[0]) }
    if let inner = operands(x, of: .multiply), let other = nodes[inner[0]].number, (number * other).isNormal {
      return scaled(constant(number * other), inner[1])
    }
    if let inner = operands(x, of: .select), nodes[inner[1]].number != nil, nodes[inner[2]].number != nil {
      return selection(
        inner[0], simplified(.multiply, [factor, inner[1]]), simplified(.multiply, [factor, inner[2]]))
    }
    return insert(.multiply, [factor, x])
  }

  private mutating func quotient(_ a: Index, _ b: Index) -> Index {
    if let divisor = nodes[b].number {
      if divisor == 1 { return a }
      if divisor == -1 { return negated(a) }
      // Exact for powers of two only.
      if divisor.isNormal, divisor.significand == 1, (1 / divisor).isNormal { return scaled(constant(1 / divisor), a) }
    }
    if let divisor = nodes[b].number, let left = operands(a, of: .multiply), let factor = nodes[left[0]].number,
      (factor / divisor).isNormal
    {
      return scaled(constant(factor / divisor), left[1])
    }
    if let left = operands(a, of: .negate) { return negated(quotient(left[0], b)) }
    if let right = operands(b, of: .negate) { return negated(quotient(a, right[0])) }
    return insert(.divide, [a, b])
  }

  private mutating func negated(_ a: Index) -> Index {
    if let number = nodes[a].number { return constant(-number) }
    if let inner = operands(a, of: .negate) { return inner[0] }
    if let inner = operands(a, of: .subtract) { return difference(inner[1], inner[0]) }
    if let inner = operands(a, of: .multiply), let number = nodes[inner[0]].number {
      return scaled(constant(-number), inner[1])
    }
    return insert(.negate, [a])
  }

  private mutating func power(_ a: Index, _ b: Index) -> Index {
    guard let exponent = nodes[b].number else { return insert(.power, [a, b]) }
    if exponent == 0 { return constant(Float(1)) }
    if exponent == 1 { return a }
    let isEven = exponent == 2 || exponent == 4
    if isEven, let inner = operands(a, of: .negate) ?? operands(a, of: .absolute) { return power(inner[0], b) }
    return insert(.power, [a, b])
  }

  private mutating func conjunction(_ a: Index, _ b: Index, identity: Bool) -> Index {
    for (one, other) in [(a, b), (b, a)] {
      if case .truth(let truth) = nodes[one] { return truth == identity ? other : one }
    }
    return a == b ? a : insert(identity ? .and : .or, [min(a, b), max(a, b)])
  }

  private mutating func selection(_ condition: Index, _ a: Index, _ b: Index) -> Index {
    if a == b { return a }
    if case .truth(let truth) = nodes[condition] { return truth ? a : b }
    if let inner = operands(condition, of: .not) { return selection(inner[0], b, a) }
    return insert(.select, [condition, a, b])
  }
}
