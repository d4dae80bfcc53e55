internal import Specs

/// Reads the text of an expression into a typed graph.
///
/// Precedence from loose to tight: `or`, `and`, `not`, comparisons (which do not chain), `+ -`, `* /`, unary `+ -`, `^`
/// (from the right; `-x^2` is `-(x^2)`, and `2^-3` is allowed).
struct ExpressionParser {
  typealias Index = ExpressionGraph.Index

  /// A parsed expression.
  struct Result: Sendable {
    var graph: ExpressionGraph
    /// The number that the expression is.
    var root: Index
  }

  /// Levels of precedence, parentheses and calls that may be open at a time.
  static let depthLimit = 128
  /// Words that cannot name a constant.
  static let reserved =
    ["and", "or", "not", "true", "false", "pi"] + ExpressionVariable.allCases.map(\.rawValue)
    + ExpressionFunction.all.map(\.name)

  private let tokens: [ExpressionToken]
  private let constants: [(name: String, value: Double)]
  private var place = 0
  private var depth = 0
  private var graph = ExpressionGraph()

  /// Parses a text.
  ///
  /// - Parameter constants: named numbers that the text may use.
  /// - Throws: ``ExpressionError`` with the column where the text stops being an expression.
  static func parse(
    _ text: String, constants: [(name: String, value: Double)] = []
  ) throws(ExpressionError) -> Result {
    var parser = ExpressionParser(tokens: try ExpressionLexer.tokens(of: text), constants: constants)
    guard parser.tokens.count > 1 else {
      throw ExpressionError("the expression is empty; write one of p and y, such as (p - y)^2")
    }
    let root = try parser.expression(.or)
    let rest = parser.token
    guard rest.kind == .end else {
      if rest.kind == .symbol(")") { throw ExpressionError("this ')' closes nothing; remove it", column: rest.column) }
      if rest.kind == .symbol(",") {
        throw ExpressionError(
          "a ',' stands only between the values of a function; decimals have a point", column: rest.column)
      }
      throw ExpressionError("expected an operator or the end, found \(rest.words)", column: rest.column)
    }
    guard !parser.graph[root].isCondition else {
      throw ExpressionError("the loss must be a number, found true or false; write where(condition, 1, 0)")
    }
    return Result(graph: parser.graph, root: root)
  }

  private init(tokens: [ExpressionToken], constants: [(name: String, value: Double)]) {
    self.tokens = tokens
    self.constants = constants
  }

  private enum Precedence: Int {
    case or, and, not, comparison, sum, product, sign, power

    var tighter: Precedence { Precedence(rawValue: rawValue + 1) ?? .power }
  }

  private static let operators: [String: (ExpressionOperation, Precedence)] = [
    "or": (.or, .or), "and": (.and, .and), "<": (.less, .comparison), "<=": (.lessOrEqual, .comparison),
    ">": (.greater, .comparison), ">=": (.greaterOrEqual, .comparison), "==": (.equal, .comparison),
    "!=": (.notEqual, .comparison), "+": (.add, .sum), "-": (.subtract, .sum), "*": (.multiply, .product),
    "/": (.divide, .product), "^": (.power, .power),
  ]

  private var token: ExpressionToken { tokens[place] }

  /// The token at hand, and one step on; the end stays at hand.
  private mutating func next() -> ExpressionToken {
    let current = tokens[place]
    if place + 1 < tokens.count { place += 1 }
    return current
  }

  /// The operators of at least a precedence that follow each other, applied from the left.
  private mutating func expression(_ loosest: Precedence) throws(ExpressionError) -> Index {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw ExpressionError("nested too deep; use fewer parentheses or a shorter form", column: token.column)
    }
    var left = try prefixed(loosest)
    var compared: ExpressionToken?
    while let (operation, precedence) = Self.operators[token.text], precedence.rawValue >= loosest.rawValue {
      let sign = next()
      if precedence == .comparison {
        if let compared {
          throw ExpressionError(
            "comparisons do not chain after the '\(compared.text)' at column \(compared.column); write a < b and b < c",
            column: sign.column)
        }
        compared = sign
      }
      // The right side of ^ takes a sign and further powers: 2^-3^2 is 2^(-(3^2)).
      let right = try expression(precedence == .power ? .sign : precedence.tighter)
      try check(operation, sign, left: left, right: right)
      left = graph.insert(operation, [left, right])
    }
    return left
  }

  /// What stands before the first operator: a value, with its signs.
  private mutating func prefixed(_ loosest: Precedence) throws(ExpressionError) -> Index {
    let sign = token
    switch sign.text {
    case "not":
      guard loosest.rawValue <= Precedence.not.rawValue else {
        throw ExpressionError("'not' needs parentheses here; write (not …)", column: sign.column)
      }
      _ = next()
      let operand = try expression(.not)
      guard graph[operand].isCondition else {
        throw ExpressionError("'not' needs true or false, found a number; compare it first", column: sign.column)
      }
      return graph.insert(.not, [operand])
    case "-", "+":
      _ = next()
      let operand = try expression(.sign)
      guard !graph[operand].isCondition else {
        throw ExpressionError("'\(sign.text)' needs a number, found true or false", column: sign.column)
      }
      if sign.text == "+" { return operand }
      // A negative literal is one number.
      if let number = graph[operand].number { return graph.constant(-number) }
      return graph.insert(.negate, [operand])
    default: return try primary()
    }
  }

  private mutating func primary() throws(ExpressionError) -> Index {
    let token = next()
    switch token.kind {
    case .number(let value): return graph.constant(value)
    case .name(let name) where name != "and" && name != "or":
      if self.token.kind == .symbol("(") { return try call(name, token) }
      return try value(name, token)
    case .symbol("("):
      let inner = try expression(.or)
      try close(token)
      return inner
    case .symbol, .name, .end:
      let before = place > 0 && token.kind != .end ? place - 2 : place - 1
      let after = before >= 0 ? " after '\(tokens[before].text)'" : ""
      throw ExpressionError("expected a value\(after), found \(token.words)", column: token.column)
    }
  }

  private mutating func value(_ name: String, _ token: ExpressionToken) throws(ExpressionError) -> Index {
    if let variable = ExpressionVariable(rawValue: name) { return graph.insert(.variable(variable)) }
    if let constant = constants.first(where: { $0.name == name }) { return graph.constant(constant.value) }
    switch name {
    case "true": return graph.insert(.truth(true))
    case "false": return graph.insert(.truth(false))
    case "pi": return graph.constant(Double.pi)
    default: break
    }
    if let function = ExpressionFunction.named(name) {
      throw ExpressionError("'\(name)' is a function; write \(function.usage)", column: token.column)
    }
    let known = ExpressionVariable.allCases.map(\.rawValue) + constants.map(\.name) + ["pi", "true", "false"]
    throw unknown("name", name, token, allowed: known, others: ExpressionFunction.all.map(\.name) + Self.reserved)
  }

  private mutating func call(_ name: String, _ token: ExpressionToken) throws(ExpressionError) -> Index {
    guard let function = ExpressionFunction.named(name) else {
      if ExpressionVariable(rawValue: name) != nil || name == "pi" || constants.contains(where: { $0.name == name }) {
        throw ExpressionError("'\(name)' is not a function; for a product write \(name) * (…)", column: token.column)
      }
      throw unknown("function", name, token, allowed: ExpressionFunction.all.map(\.name), others: Self.reserved)
    }
    let open = next()
    var operands: [Index] = [], columns: [Int] = []
    if self.token.kind != .symbol(")") {
      while true {
        columns.append(self.token.column)
        operands.append(try expression(.or))
        guard self.token.kind == .symbol(",") else { break }
        _ = next()
      }
    }
    try close(open)
    let needed = function.parameters.count
    guard operands.count == needed || (function.isVariadic && operands.count > needed) else {
      throw ExpressionError(
        "\(name) takes \(needed)\(function.isVariadic ? " or more" : "") value\(needed == 1 ? "" : "s"), found "
          + "\(operands.count); write \(function.usage)", column: token.column)
    }
    for (index, operand) in operands.enumerated() {
      let isCondition = graph[operand].isCondition
      guard isCondition != function.takesCondition(at: index) else { continue }
      throw ExpressionError(
        isCondition
          ? "\(name) takes a number here, found true or false; write \(function.usage)"
          : "\(name) takes a condition first, found a number; compare it, as in where(y > p, a, b)",
        column: columns[index])
    }
    return function.build(&graph, operands)
  }

  private mutating func close(_ open: ExpressionToken) throws(ExpressionError) {
    guard token.kind == .symbol(")") else {
      throw ExpressionError(
        "expected ')' for the '(' at column \(open.column), found \(token.words)", column: token.column)
    }
    _ = next()
  }

  /// Both sides of an operator have the type it needs.
  private func check(
    _ operation: ExpressionOperation, _ sign: ExpressionToken, left: Index, right: Index
  ) throws(ExpressionError) {
    let needsConditions = operation == .and || operation == .or
    for (side, operand) in [("left", left), ("right", right)] where graph[operand].isCondition != needsConditions {
      throw ExpressionError(
        needsConditions
          ? "'\(sign.text)' needs true or false, found a number on its \(side); compare it first"
          : "'\(sign.text)' needs numbers, found true or false on its \(side); write where(condition, 1, 0)",
        column: sign.column)
    }
  }

  /// A name nobody knows; a hint only for names long enough to be misspelt.
  private func unknown(
    _ noun: String, _ name: String, _ token: ExpressionToken, allowed: [String], others: [String]
  ) -> ExpressionError {
    let shown = name.count <= 40 ? name : String(name.prefix(37)) + "..."
    let nearest = name.count > 1 ? NearestName.of(name, among: allowed + others) : nil
    let hint = nearest.map { "did you mean '\($0)'? " } ?? ""
    return ExpressionError(
      "unknown \(noun) '\(shown)'; \(hint)allowed are \(allowed.joined(separator: ", "))", column: token.column)
  }
}
