package import Specs

/// A loss written in the config: `{"type": "expression", "per_sample": "where(y > p, 3*(y-p), y-p)^2"}`.
///
/// `per_sample` is the loss of one output of one sample. Over the outputs of a sample it is averaged
/// (`"reduce_outputs": "mean"`, the default) or added (`"sum"`). ptrain differentiates the formula itself; `ptrain
/// check` prints the derivative.
///
/// **Values.** `p` is the network's output, `y` the target, `w` the weight of the sample; `constants` gives names to
/// numbers: `"constants": {"delta": 1.5}`. `pi` is known. Weights count without being mentioned: the loss of a batch is
/// Σ w · l / Σ w. Use `w` only to change the formula itself. The loss compares outputs with numeric targets, one for
/// each output; for yes or no let the target column hold 0 and 1, and write the loss of the logit p, such as
/// `softplus(p) - y*p`.
///
/// **Operators**, from loose to tight: `or`, `and`, `not`, comparisons `< <= > >= == !=` (not chained: write `a < b and
/// b < c`), `+ -`, `* /`, unary `+ -`, `^` (from the right: `2^3^2` is `2^9`, and `-x^2` is `-(x^2)`). Comparisons give
/// true or false, which `and`, `or`, `not` and the first place of `where` take; all else takes numbers.
///
/// **Functions.** `where(condition, a, b)`, `abs`, `sign`, `min(a, b, …)`, `max(a, b, …)`, `clamp(x, low, high)`,
/// `relu`, `pow(x, exponent)` (as `^`), `square`, `sqrt`, `exp`, `expm1` (e^x − 1), `log`, `log1p` (log(1 + x)),
/// `log2`, `log10`, `tanh`, `sigmoid`, `softplus` (log(1 + e^x)), `erf`.
///
/// **Numbers** and derivatives are float32, as the outputs are, the value of the loss is computed from them in double;
/// `a*b + c` may be computed with one rounding. Division by zero gives infinity, `log` and `sqrt` of a negative number
/// NaN, and a step whose loss is not finite is handled as `training.on_non_finite` says, so guard them: `log(max(p,
/// 1e-6))`. `where` evaluates both branches, but neither value nor derivative of the branch not taken has an effect.
/// Powers with whole exponents up to 32 are products; other powers of negative numbers are NaN.
///
/// **Derivatives at kinks** are PyTorch's: `abs` and `sign` 0 at 0; `relu` 0 at 0; `min` and `max` one half for each
/// side where they are equal (of three or more they are taken in pairs from the left); `clamp` 1 at both ends; `where`
/// and comparisons follow the branch taken: in `where(p > 0, p, 0)` it is 0 at 0. `sqrt` has an infinite slope at 0.
package struct ExpressionSpec: LossSpec {
  package static let kind = "expression"
  package static let summary = "a formula of output p, target y and weight w, such as where(y > p, 3*(y-p), y-p)^2"
  package static let examples = [
    #"{"per_sample": "(p - y)^2"}"#,
    #"{"per_sample": "where(y > p, 3*(y-p), y-p)^2", "reduce_outputs": "sum"}"#,
    #"{"per_sample": "where(abs(p-y) <= delta, 0.5*(p-y)^2, delta*(abs(p-y) - delta/2))", "constants": {"delta": 1.5}}"#,
  ]
  package var targets: LossTargets { .values }

  /// How the outputs of a sample are made one number.
  private enum Reduction: String, CaseIterable {
    case mean, sum
  }

  private let expression: DifferentiatedExpression
  private let reduction: Reduction
  private let path: String

  package init(from fields: FieldReader) throws(ConfigError) {
    let text = try fields.read(
      "per_sample", schema: .text, default: nil, example: "(p - y)^2",
      summary: "the loss of one output, a formula of output p, target y and weight w"
    ) { value, path throws(ConfigError) in
      (try FieldReader.text(value, path: path), value)
    }
    reduction = try fields.option(
      "reduce_outputs", default: Reduction.mean, "how the losses of a sample's outputs are made one")
    let constants = try Self.readConstants(fields)
    path = fields.path
    do {
      expression = try Self.expression(text, constants)
    } catch {
      throw Self.configError(error, path: path)
    }
  }

  /// Parses, differentiates and checks a formula.
  private static func expression(
    _ text: String, _ constants: [(name: String, value: Double)]
  ) throws(ExpressionError) -> DifferentiatedExpression {
    let expression = DifferentiatedExpression(try ExpressionParser.parse(text, constants: constants))
    let words = try ExpressionLexer.tokens(of: text).map(\.text)
    if let unused = constants.first(where: { !words.contains($0.name) }) {
      throw ExpressionError("the constant '\(unused.name)' is not used; remove it from constants")
    }
    if expression.graph[expression.slope].number == 0 {
      throw ExpressionError("the derivative by the output p is 0 everywhere, so nothing can be learned; use p")
    }
    // Compiled here as well, so that an expression too large is refused where it is read.
    _ = try ExpressionLoss(expression, width: 1, reducesByMean: true)
    return expression
  }

  package var explanation: [String] {
    let value = expression.graph.text(of: expression.value)
    let slope = expression.graph.text(of: expression.slope)
    return value.definitions.map { "value: \($0)" } + ["value: l = \(value.result)"]
      + slope.definitions.map { "gradient: \($0)" } + ["gradient: d/dp = \(slope.result)"]
  }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    try context.requireOutputPerTarget()
    do {
      return try ExpressionLoss(expression, width: context.targetWidth, reducesByMean: reduction == .mean)
    } catch {
      throw Self.configError(error, path: context.path)
    }
  }

  /// The named numbers, in the order of the config.
  private static func readConstants(_ fields: FieldReader) throws(ConfigError) -> [(name: String, value: Double)] {
    try fields.read(
      "constants", schema: .anything, default: ([], .object([])), example: [],
      summary: "an object of named numbers that per_sample may use, such as {\"delta\": 1.5}"
    ) { value, path throws(ConfigError) in
      guard case .object(let members) = value else {
        throw ConfigError("expected an object of named numbers, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      var constants: [(name: String, value: Double)] = []
      for member in members {
        let place = "\(path).\(member.key)"
        guard ExpressionLexer.isName(member.key) else {
          throw ConfigError(
            "a name has letters, digits and _ and does not begin with a digit; rename this constant", path: place)
        }
        guard !ExpressionParser.reserved.contains(member.key) else {
          throw ConfigError("'\(member.key)' has a meaning in expressions; rename this constant", path: place)
        }
        let limit = Double(Float.greatestFiniteMagnitude)
        constants.append(
          (member.key, try FieldReader.number(member.value, in: Interval(-limit, limit), path: place)))
      }
      return (constants, value)
    }
  }

  private static func configError(_ error: ExpressionError, path: String) -> ConfigError {
    let key = path.isEmpty ? "per_sample" : "\(path).per_sample"
    return ConfigError(error.problem, path: error.column.map { "\(key), column \($0)" } ?? key)
  }
}
