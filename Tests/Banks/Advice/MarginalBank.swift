import Advice

/// Fourteen families of targets without features: is the right group of losses first?
enum MarginalBank {
  struct Family: Sendable {
    let name: String
    /// Draws one target; the factors multiply the parameters, all 1 where nothing is perturbed.
    let draw: @Sendable (inout Samplers, [Double]) -> Double
    let isRight: @Sendable (LossAdvice) -> Bool
  }

  static let families: [Family] = [
    Family(name: "normal", draw: { $0.normal(10 * $1[0], 3 * $1[1]) }, isRight: isSquared),
    Family(name: "cauchy", draw: { 5 * $1[0] + 2 * $1[1] * $0.cauchy() }, isRight: isRobust),
    Family(name: "gamma", draw: { $0.gamma(shape: 2 * $1[0], rate: 0.5 * $1[1]) }, isRight: isPositive),
    Family(name: "log_normal", draw: { exponential($0.normal($1[0], 0.8 * $1[1])) }, isRight: isPositive),
    Family(name: "exponential", draw: { $0.exponential(rate: 0.3 * $1[0]) }, isRight: isPositive),
    Family(name: "poisson", draw: { $0.poisson(4 * $1[0]) }, isRight: { isPoisson($0) && !says("overdispersion", $0) }),
    Family(
      name: "negative_binomial", draw: { $0.negativeBinomial(mean: 5 * $1[0], size: 1.2 * $1[1]) },
      isRight: { isPoisson($0) && says("overdispersion", $0) }),
    Family(
      name: "zero_inflated",
      draw: { samplers, factors in
        samplers.uniform() < 0.4 * factors[1] ? 0 : samplers.poisson(4 * factors[0])
      }, isRight: { says("extra zeros", $0) && ["poisson", "tweedie"].contains($0.ranked.first?.kind) }),
    Family(
      name: "bernoulli", draw: { $0.uniform() < 0.2 * $1[0] ? 1 : 0 },
      isRight: { $0.reading.kind == .binary && $0.ranked.first?.kind == "binary_cross_entropy" }),
    Family(
      name: "beta", draw: { $0.beta(2 * $1[0], 5 * $1[1]) },
      isRight: { $0.reading.kind == .shares && $0.ranked.first?.kind == "binary_cross_entropy" }),
    Family(name: "pareto", draw: { $0.pareto(1.7 * $1[0]) }, isRight: isPositive),
    Family(name: "uniform", draw: { -2 * $1[0] + (7 * $1[1] + 2 * $1[0]) * $0.uniform() }, isRight: isSquared),
    Family(
      name: "contaminated",
      draw: { samplers, factors in
        samplers.normal(10 * factors[0], samplers.uniform() < 0.1 ? 40 * factors[2] : 3 * factors[1])
      }, isRight: isRobust),
    Family(
      name: "compound_poisson_gamma", draw: { $0.compoundPoisson(1.1 * $1[0], shape: 2 * $1[1], rate: 0.5 * $1[2]) },
      isRight: { $0.ranked.first?.kind == "tweedie" }),
  ]

  /// The targets of one family.
  static func targets(_ family: Int, rows: Int, seed: UInt64, perturbed: Bool) -> [Double] {
    var samplers = Samplers(seed: seed, slot: UInt32(family) * 100_000 + UInt32(rows))
    let factors = (0..<3).map { _ in perturbed ? 0.7 + 0.6 * samplers.uniform() : 1 }
    return (0..<rows).map { _ in families[family].draw(&samplers, factors) }
  }

  @Sendable static func isSquared(_ advice: LossAdvice) -> Bool {
    advice.ranked.first?.kind == "mse" && !isLogarithmic(advice)
  }

  @Sendable static func isRobust(_ advice: LossAdvice) -> Bool {
    ["huber", "mae", "smooth_l1", "log_cosh"].contains(advice.ranked.first?.kind) && !isLogarithmic(advice)
  }

  @Sendable static func isPositive(_ advice: LossAdvice) -> Bool {
    switch advice.ranked.first?.kind {
    case "gamma", "msle": true
    case "huber", "mae", "smooth_l1", "log_cosh": isLogarithmic(advice)
    default: false
    }
  }

  @Sendable static func isPoisson(_ advice: LossAdvice) -> Bool { advice.ranked.first?.kind == "poisson" }

  static func isLogarithmic(_ advice: LossAdvice) -> Bool { advice.ranked.first?.learnsLogarithms ?? false }

  /// Whether the first loss, or all of the advice, warns of something.
  static func says(_ words: String, _ advice: LossAdvice) -> Bool {
    ((advice.ranked.first?.warnings ?? []) + advice.warnings).contains { $0.contains(words) }
  }
}
