/// Expressions as text, for people.
extension ExpressionGraph {
  /// A text that ends in the node's value; parts of three or more operations that occur several times get names first.
  func text(of root: Index) -> (definitions: [String], result: String) {
    let uses = uses(from: [root])
    var texts = [String](repeating: "", count: nodes.count)
    var strengths = [Int](repeating: Self.atom, count: nodes.count)
    var sizes = [Int](repeating: 0, count: nodes.count)
    var definitions: [String] = []
    for index in nodes.indices where uses[index] > 0 {
      (texts[index], strengths[index]) = text(of: nodes[index], texts, strengths)
      sizes[index] = nodes[index].operands.reduce(nodes[index].operands.isEmpty ? 0 : 1) { $0 + sizes[$1] }
      if sizes[index] >= 3, uses[index] > 1, index != root {
        definitions.append("t\(definitions.count + 1) = \(texts[index])")
        texts[index] = "t\(definitions.count)"
        strengths[index] = Self.atom
        sizes[index] = 0
      }
    }
    return (definitions, texts[root])
  }

  private static let atom = 9

  /// One node's text, and how tightly it binds.
  private func text(of node: Node, _ texts: [String], _ strengths: [Int]) -> (String, Int) {
    func operand(_ index: Index, atLeast strength: Int) -> String {
      strengths[index] >= strength ? texts[index] : "(\(texts[index]))"
    }
    switch node {
    case .constant:
      let number = node.number ?? .nan
      let text = "\(number)"
      return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text, number.sign == .minus ? 6 : Self.atom)
    case .truth(let truth): return (truth ? "true" : "false", Self.atom)
    case .variable(let variable): return (variable.rawValue, Self.atom)
    case .operation(let operation, let x):
      if let (sign, strength) = operation.infix {
        if operation == .power { return ("\(operand(x[0], atLeast: 8))\(sign)\(operand(x[1], atLeast: 8))", 7) }
        let left = operand(x[0], atLeast: strength == 3 ? 4 : strength)
        // a + (b + c) and a * (b * c) are shown as chains.
        let isChain = (operation == .add || operation == .multiply) && operands(x[1], of: operation) != nil
        return ("\(left) \(sign) \(operand(x[1], atLeast: isChain ? strength : strength + 1))", strength)
      }
      switch operation {
      case .negate: return ("-\(operand(x[0], atLeast: 6))", 6)
      case .not: return ("not \(operand(x[0], atLeast: 2))", 2)
      default: return ("\(operation.name)(\(x.map { texts[$0] }.joined(separator: ", ")))", Self.atom)
      }
    }
  }
}

extension ExpressionOperation {
  /// The sign between two operands, and how tightly it binds (1 loosest, 7 tightest).
  fileprivate var infix: (String, Int)? {
    switch self {
    case .or: ("or", 0)
    case .and: ("and", 1)
    case .less: ("<", 3)
    case .lessOrEqual: ("<=", 3)
    case .greater: (">", 3)
    case .greaterOrEqual: (">=", 3)
    case .equal: ("==", 3)
    case .notEqual: ("!=", 3)
    case .add: ("+", 4)
    case .subtract: ("-", 4)
    case .multiply: ("*", 5)
    case .divide: ("/", 5)
    case .power: ("^", 7)
    default: nil
    }
  }

  /// The function's name in the language.
  fileprivate var name: String {
    switch self {
    case .minimum: "min"
    case .maximum: "max"
    case .absolute: "abs"
    case .squareRoot: "sqrt"
    case .select: "where"
    case .multiplyAdd: "multiply_add"
    default: "\(self)"
    }
  }
}
