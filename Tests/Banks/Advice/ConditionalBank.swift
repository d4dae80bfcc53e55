import Advice
import Kernels

/// Twelve cases with features: what matters is what is left of the targets, not the targets.
enum ConditionalBank {
  struct Case: Sendable {
    let name: String
    /// Targets, and columns of features.
    let draw: @Sendable (inout Samplers, Int) -> (y: [Double], x: [[Double]])
    let isRight: @Sendable (LossAdvice) -> Bool
  }

  static let cases: [Case] = [
    Case(
      name: "1 log-normal feature",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in exponential(samplers.normal()) }
        return (x.map { 2 * $0 + samplers.normal() }, [x])
      }, isRight: MarginalBank.isSquared),
    Case(
      name: "2 bimodal feature",
      draw: { samplers, rows in
        // The smaller mode looks like a group of outliers.
        let x = (0..<rows).map { _ in samplers.uniform() < 0.1 ? samplers.normal(12, 0.5) : samplers.normal(0, 0.5) }
        return (x.map { 2 * $0 + samplers.normal() }, [x])
      }, isRight: MarginalBank.isSquared),
    Case(
      name: "3 heavy residuals, normal targets",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { 20 * $0 + samplers.student(2) }, [x])
      }, isRight: isCentre),
    Case(
      name: "4 leverage points",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.uniform() < 0.05 ? samplers.normal(0, 20) : samplers.normal() }
        return (x.map { 2 * $0 + samplers.normal() }, [x])
      }, isRight: MarginalBank.isSquared),
    Case(
      name: "5 shifted rows",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { 10 * $0 + samplers.normal() + (samplers.uniform() < 0.1 ? 10 : 0) }, [x])
      }, isRight: isCentre),
    Case(
      name: "6 zeros where a feature is 0",
      draw: { samplers, rows in
        let on = (0..<rows).map { _ in samplers.uniform() < 0.5 ? 1.0 : 0 }
        let x = (0..<rows).map { _ in samplers.normal() }
        return ((0..<rows).map { on[$0] == 0 ? 0 : x[$0] + samplers.normal() }, [on, x])
      }, isRight: MarginalBank.isSquared),
    Case(
      name: "7 zeros at random, else gamma",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (
          x.map { samplers.uniform() < 0.4 ? 0 : exponential($0) * samplers.gamma(shape: 2, rate: 2) }, [x]
        )
      }, isRight: { $0.ranked.first?.kind == "tweedie" }),
    Case(
      name: "8 poisson",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { samplers.poisson(exponential(0.5 + $0)) }, [x])
      }, isRight: { MarginalBank.isPoisson($0) && !MarginalBank.says("overdispersion", $0) }),
    Case(
      name: "9 negative binomial",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { samplers.negativeBinomial(mean: exponential(0.5 + $0), size: 1) }, [x])
      }, isRight: { MarginalBank.isPoisson($0) && MarginalBank.says("overdispersion", $0) }),
    Case(
      name: "10 gamma, spread grows",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { samplers.gamma(shape: 3, rate: 3 / exponential(1 + $0)) }, [x])
      }, isRight: { ["gamma", "msle"].contains($0.ranked.first?.kind) }),
    Case(
      name: "11 rounded to whole numbers",
      draw: { samplers, rows in
        // About ten different values, half of the seeds all above 0.
        let shift = samplers.uniform() < 0.5 ? 5.0 : 0
        let x = (0..<rows).map { _ in samplers.normal() }
        return (x.map { max(shift == 0 ? -5 : 0, ($0 + samplers.normal() + shift).rounded()) }, [x])
      },
      isRight: { MarginalBank.isSquared($0) && $0.reading.kind == .numbers }),
    Case(
      name: "12 capped",
      draw: { samplers, rows in
        let x = (0..<rows).map { _ in samplers.normal() }
        let free = x.map { $0 + samplers.normal() }
        let cap = free.sorted()[rows * 4 / 5]
        return (free.map { min($0, cap) }, [x])
      },
      isRight: {
        ["mse", "mae"].contains($0.ranked.first?.kind) && $0.reading.kind == .numbers
          && MarginalBank.says("cut off", $0)
      }),
  ]

  /// Huber's loss or the absolute error.
  @Sendable static func isCentre(_ advice: LossAdvice) -> Bool {
    ["huber", "mae"].contains(advice.ranked.first?.kind) && !MarginalBank.isLogarithmic(advice)
  }

  /// One table of a case.
  static func input(_ index: Int, rows: Int, seed: UInt64, withFeatures: Bool) -> AdviceInput {
    var samplers = Samplers(seed: seed, slot: 10_000_000 + UInt32(index) * 100_000 + UInt32(rows))
    let (y, x) = cases[index].draw(&samplers, rows)
    return AdviceInput(
      target: .numbers(y), features: withFeatures ? x : [], featureNames: withFeatures ? x.indices.map { "x\($0)" } : []
    )
  }
}

/// eˣ.
func exponential(_ x: Double) -> Double { DoubleFunctions.exp(x) }
