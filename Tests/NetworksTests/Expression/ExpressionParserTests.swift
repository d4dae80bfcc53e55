import Foundation
import Kernels
import Specs
import Testing

@testable import Networks

@Suite struct ExpressionParserTests {
  @Test(
    "precedence and associativity",
    arguments: [
      ("1 + 2*3", 7), ("(1 + 2)*3", 9), ("10 - 3 - 2", 5), ("10 - (3 - 2)", 9), ("24/4/2", 3), ("24/4*2", 12),
      ("2^3^2", 512), ("(2^3)^2", 64), ("-2^2", -4), ("(-2)^2", 4), ("2^-1", 0.5), ("2^-1^2", 0.5), ("-2*-3", 6),
      ("2*-3^2", -18), ("--3", 3), ("+3 - +2", 1), ("2 - -2", 4), (".5 + 1. + 2e2 + 1E-2", 201.51),
      ("where(1 < 2 and 2 < 1 or 3 > 2, 1, 0)", 1), ("where(not 1 < 2 or 1 == 1, 1, 0)", 1),
      ("where(not (1 < 2 or 1 == 1), 1, 0)", 0), ("where(1 + 1 >= 2*1 and true != false == false, 1, 0)", .nan),
      ("where(true or false and false, 1, 0)", 1), ("where(not true and false, 1, 0)", 0),
      ("where(2 != 2 or 2 <= 2, 5, 6)", 5), ("max(1, 5, 3) + min(4, 2, 8, 3)", 7),
      ("clamp(7, 0, 5) + clamp(-1, 0, 5)", 5),
      ("square(3) + sqrt(16) + pow(2, 5)", 45), ("relu(-3) + relu(2)", 2), ("log2(8) + log10(1000)", 6),
      ("abs(-2) + sign(-9)", 1), ("pi", Double.pi), ("1e3e", .nan), ("d * 2 + e_1", 7),
    ])
  func values(_ text: String, expected: Double) throws {
    let constants: [(name: String, value: Double)] = [("d", 1.5), ("e_1", 4)]
    guard !expected.isNaN else {
      #expect(throws: ExpressionError.self) { try ExpressionInterpreter(text, constants: constants) }
      return
    }
    let written = try ExpressionInterpreter(text, constants: constants)
    #expect(abs(written() - expected) < 1e-6 * max(1, abs(expected)))
    // Folded to a constant, it is the same number.
    let simple = DifferentiatedExpression(written.source)
    let number = try #require(simple.graph[simple.value].number)
    #expect(abs(Double(number) - expected) < 1e-6 * max(1, abs(expected)))
  }

  /// Text, column (0: none), and a part of the sentence.
  static let errors: [(String, Int, String)] = [
    ("", 0, "is empty; write one of p and y"), ("   ", 0, "is empty"),
    ("p -", 4, "expected a value after '-', found the end"),
    ("p - q * 2", 5, "unknown name 'q'; allowed are p, y, w, delta, pi, true, false"),
    ("p - delt", 5, "unknown name 'delt'; did you mean 'delta'? allowed are p, y, w"),
    ("(p - y", 7, "expected ')' for the '(' at column 1, found the end"), ("p - y)", 6, "this ')' closes nothing"),
    ("2 p", 3, "expected an operator or the end, found 'p'"),
    ("p (y)", 1, "'p' is not a function; for a product write p * ("),
    ("delta(2)", 1, "'delta' is not a function"), ("exp", 1, "'exp' is a function; write exp(x)"),
    ("exp p", 1, "'exp' is a function; write exp(x)"),
    ("exq(p)", 1, "unknown function 'exq'; did you mean 'exp'? allowed are where"),
    ("p ** 2", 3, "unknown sign '**'; write '^'"), ("where(p = y, 1, 0)", 9, "unknown sign '='; write '=='"),
    ("p && y", 3, "write 'and'"), ("p − y", 3, "unknown sign '−'; write '-'"),
    ("p ? 1 : 0", 3, "write 'where(condition, a, b)'"),
    ("p $ y", 3, "unexpected character '$'"), ("p \u{7} y", 3, "unexpected character U+0007"),
    ("p + \u{1F600}", 5, "unexpected character"),
    ("1,5 * p", 2, "a ',' stands only between the values of a function; decimals have a point"),
    ("exp(p, y)", 1, "exp takes 1 value, found 2; write exp(x)"),
    ("clamp(p)", 1, "clamp takes 3 values, found 1; write clamp(x, low, high)"),
    ("max(p)", 1, "max takes 2 or more values, found 1"), ("exp()", 1, "exp takes 1 value, found 0"),
    ("where(p, 1, 0)", 7, "where takes a condition first, found a number"),
    ("where(p > y, p > 1, 0)", 14, "where takes a number here, found true or false"),
    ("abs(p < y)", 5, "abs takes a number here"), ("p < y", 0, "the loss must be a number, found true or false"),
    ("true", 0, "the loss must be a number"), ("p + (p < y)", 3, "'+' needs numbers, found true or false on its right"),
    ("(p < y) * p", 9, "'*' needs numbers, found true or false on its left"),
    ("-(p < y)", 1, "'-' needs a number, found true or false"),
    ("where(p and y < 1, 1, 0)", 9, "'and' needs true or false, found a number on its left"),
    ("where(not p, 1, 0)", 7, "'not' needs true or false, found a number"),
    ("where(1 < p < 3, 1, 0)", 13, "comparisons do not chain after the '<' at column 9"),
    ("where(1 == not true, 1, 0)", 12, "'not' needs parentheses here"),
    ("where(and p > 1, 1, 0)", 7, "expected a value after '(', found 'and'"),
    ("p * / y", 5, "expected a value after '*', found '/'"), ("p ^ ", 5, "expected a value after '^', found the end"),
    ("1e39 * p", 1, "the number 1e39 is too large"), ("1e999 * p", 1, "is too large"),
    ("()", 2, "expected a value after '(', found ')'"),
    ("p + where", 5, "'where' is a function; write where(condition, a, b)"), ("P - y", 1, "unknown name 'P'"),
    ("p AND y", 3, "expected an operator or the end, found 'AND'"),
    ("exp(p", 6, "expected ')' for the '(' at column 4"),
    ("max(p,,y)", 7, "expected a value after ',', found ','"), ("[p]", 1, "unknown sign '['; write '('"),
    ("0x10 * p", 2, "found 'x10'"),
    (String(repeating: "(", count: 200) + "p", 129, "nested too deep"),
    (String(repeating: "-", count: 300) + "p", 129, "nested too deep"),
    (String(repeating: "2^", count: 300) + "p", 257, "nested too deep"),
    (String(repeating: "p+", count: 2100) + "p", 0, "the expression has 4201 bytes, at most 4096 are allowed"),
  ]

  @Test("errors name the column", arguments: errors)
  func error(_ text: String, column: Int, part: String) {
    do {
      _ = try ExpressionParser.parse(text, constants: [("delta", 1.5)])
      Issue.record("'\(text)' was taken")
    } catch {
      #expect(error.column ?? 0 == column, "'\(text)': \(error)")
      #expect(error.problem.contains(part), "'\(text)': \(error)")
      #expect(!error.problem.contains("\n"))
    }
  }

  @Test(
    "the config's errors name the key",
    arguments: [
      (
        #"{"type": "expression", "per_sample": "(p - q)^2"}"#,
        "loss.per_sample, column 6: unknown name 'q'; allowed are p, y, w, pi"
      ),
      (#"{"type": "expression"}"#, "loss: key 'per_sample' is required"),
      (#"{"type": "expression", "per_sample": 3}"#, "loss.per_sample: expected text, found a number (3)"),
      (
        #"{"type": "expression", "per_sample": "y^2"}"#,
        "loss.per_sample: the derivative by the output p is 0 everywhere"
      ),
      (#"{"type": "expression", "per_sample": "p*a", "constants": {"a": "b"}}"#, "loss.constants.a: expected a number"),
      (
        #"{"type": "expression", "per_sample": "p", "constants": {"exp": 1}}"#,
        "loss.constants.exp: 'exp' has a meaning"
      ),
      (#"{"type": "expression", "per_sample": "p", "constants": {"2a": 1}}"#, "loss.constants.2a: a name has letters"),
      (
        #"{"type": "expression", "per_sample": "p", "constants": 5}"#,
        "loss.constants: expected an object of named numbers"
      ),
      (
        #"{"type": "expression", "per_sample": "p", "reduce_outputs": "max"}"#,
        "loss.reduce_outputs: unknown value 'max'"
      ),
      (
        #"{"type": "expression", "per_sample": "p", "constants": {"delta": 1}}"#,
        "loss.per_sample: the constant 'delta' is not used; remove it from constants"
      ),
      (#"{"type": "expression", "per_sampel": "p"}"#, "loss.per_sampel: unknown key; did you mean 'per_sample'?"),
    ])
  func configErrors(_ json: String, sentence: String) {
    do {
      _ = try lossSpec(json)
      Issue.record("taken: \(json)")
    } catch let error as ConfigError {
      #expect(error.sentence.hasPrefix(sentence), "\(error.sentence)")
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("long and deep expressions within the limits are taken, and too many values at a time are refused")
  func limits() throws {
    for text in [
      String(repeating: "p+", count: 2047) + "p",
      String(repeating: "(", count: 127) + "p" + String(repeating: ")", count: 127),
      String(repeating: "-", count: 127) + "p",
      String(repeating: "square(", count: 60) + "p" + String(repeating: ")", count: 60),
      (1...250).map { "exp(\($0)*p)" }.joined(separator: "+"),
    ] {
      let expression = DifferentiatedExpression(try ExpressionParser.parse(text))
      _ = try ExpressionLoss(expression, width: 1, reducesByMean: true)
      #expect(expression.graph.text(of: expression.slope).result.utf8.count < 100_000)
    }
    // Every power and its slope are needed again after all of them are known.
    func wide(_ count: Int) -> String {
      let terms = (100..<100 + count).map { "p^.\($0)" }.joined(separator: "+")
      return "(\(terms))/(1-\(terms))"
    }
    #expect(throws: Never.self) { try expressionLoss(wide(150)) }
    do {
      _ = try expressionLoss(wide(280))
      Issue.record("an expression with too many values was taken")
    } catch let error as ExpressionError {
      #expect(error.problem.contains("intermediate values at a time, at most 512"), "\(error)")
    }
  }

  @Test("mutated and random texts are taken or refused, never a trap")
  func fuzz() {
    let seeds = [
      "where(y > p, 3*(y-p), y-p)^2", "max(p, y, 0.5) - log1p(exp(-abs(p)))/2e-3 + clamp(p, -1, 1)^-1.5",
      "where(not (p < 1 and y >= 2) or p != y, pow(p, y), -p^2^p)*w",
    ]
    let pieces =
      [
        "(", ")", ",", "+", "-", "*", "/", "^", "<", "<=", "==", "!=", "and", "or", "not", "where(", "exp(", "max(",
        "p", "y", "w",
      ]
      + [
        "1", ".5", "1e3", "1e39", "0", " ", ".", "e", "²", "\u{0}", "é", "\u{1F468}\u{200D}\u{1F469}", "true", "delta",
        "\"", "\\",
      ]
    var words = [UInt32](repeating: 0, count: 120_000)
    RandomStream(seed: 5, purpose: .noise).fill(words: &words, count: words.count)
    var next = 0
    func random(_ bound: Int) -> Int {
      next += 1
      return Int(words[(next - 1) % words.count]) % max(1, bound)
    }
    var taken = 0
    for round in 0..<6000 {
      var parts: [String]
      if round % 2 == 0 {
        parts = seeds[random(seeds.count)].map(String.init)
        for _ in 0...random(4) {
          let place = random(parts.count)
          switch random(3) {
          case 0: parts.remove(at: place)
          case 1: parts.insert(pieces[random(pieces.count)], at: place)
          default: parts[place] = pieces[random(pieces.count)]
          }
          if parts.isEmpty { parts = ["p"] }
        }
      } else {
        parts = (0..<random(25)).map { _ in pieces[random(pieces.count)] }
      }
      let text = parts.joined()
      do {
        let expression = DifferentiatedExpression(try ExpressionParser.parse(text, constants: [("delta", 1.5)]))
        _ = expression.graph.text(of: expression.slope)
        let loss = try ExpressionLoss(expression, width: 3, reducesByMean: true)
        _ = ExpressionRows(p: [0.5, -1, 0], y: [0, 2, 0]).evaluate(loss)
        taken += 1
      } catch {
        #expect(
          !error.problem.isEmpty && (error.column ?? 1) >= 1 && (error.column ?? 1) <= text.count + 1, "'\(text)'")
      }
    }
    #expect(taken > 100, "the fuzz reaches the compiler: \(taken)")
  }
}
