import Datasets
import Specs
import Testing

@testable import Advice

/// Parameters that are filled in from the data: each means something, or stays as it is and the advice says why.
@Suite struct FilledParameterTests {
  /// Numbers without a pattern, from −1 to 1.
  private static func noise(_ index: Int, _ salt: Int) -> Double {
    let bits = (UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(salt) &* 0xD1B5_4A32_D192_ED03)
    return Double((bits &* 0xBF58_476D_1CE4_E5B9) >> 40) / Double(1 << 23) - 1
  }

  private static let rows = 200
  private static let a = (0..<rows).map { noise($0, 1) }
  private static let b = (0..<rows).map { 5 * noise($0, 2) }

  private static func advice(_ target: [Double], _ task: TaskChoice? = nil, quantile: QuantileCosts? = nil)
    -> LossAdvice
  {
    LossAdvice(
      AdviceInput(
        target: .numbers(target), features: [a, b], featureNames: ["a", "b"], task: task, quantileCosts: quantile))
  }

  /// Targets of which nothing sensible can be filled in, by what is wrong with them.
  private static let meaningless: [(name: String, target: [Double])] = [
    ("a line", (0..<rows).map { 3 * a[$0] + 2 * b[$0] + 1 }),
    ("a line of large numbers", (0..<rows).map { 1e9 * (3 * a[$0] + 2 * b[$0]) }),
    ("a line of small numbers", (0..<rows).map { 1e-9 * (3 * a[$0] + 2 * b[$0]) }),
    ("a line with decimals", (0..<rows).map { ((3 * a[$0] + 2 * b[$0]) * 1e6).rounded() / 1e6 }),
    (
      "a line, but for one row of five",
      (0..<rows).map { 3 * a[$0] + 2 * b[$0] + ($0 % 5 == 0 ? 50 * noise($0, 3) : 0) }
    ),
    ("a row far off", (0..<rows).map { $0 == 7 ? 1e9 : a[$0] + noise($0, 3) }),
    ("zeros mostly", (0..<rows).map { $0 % 3 == 0 ? 1 + noise($0, 3) : 0 }),
  ]

  /// Numbers of a loss that are filled in by residuals.
  private static func sizes(_ advice: LossAdvice) -> [(candidate: Candidate, key: String, value: Double?)] {
    advice.ranked.compactMap { candidate in
      guard let key = ["huber": "delta", "smooth_l1": "beta"][candidate.kind] else { return nil }
      guard case .number(let number)? = candidate.loss[key] else { return (candidate, key, nil) }
      return (candidate, key, number)
    }
  }

  @Test(
    "delta and beta of residuals that are nearly 0 are not filled in, and it says why",
    arguments: meaningless.map(\.name))
  func unfilled(name: String) throws {
    let target = try #require(Self.meaningless.first { $0.name == name }).target
    for task in [TaskChoice.regression, nil] {
      let sizes = Self.sizes(Self.advice(target, task))
      #expect(!sizes.isEmpty)
      for (candidate, key, value) in sizes {
        #expect(value == nil, "\(candidate.kind) \(candidate.loss.compactText)")
        #expect(
          candidate.reasons.contains { $0.hasPrefix("\(key) stays at its default: 1.345 · 1.4826 · MAD") },
          "\(candidate.reasons)")
      }
    }
  }

  @Test(
    "negative control: residuals of a hundredth to ten times the features' part fill them in", arguments: [0.01, 1, 10])
  func filled(share: Double) {
    for scale in [1e-9, 1, 1e9] {
      let target = (0..<Self.rows).map {
        scale * (3 * Self.a[$0] + 2 * Self.b[$0] + share * (Self.noise($0, 3) + Self.noise($0, 4)))
      }
      for (candidate, key, value) in Self.sizes(Self.advice(target)) {
        #expect(value.map { FilledParameter.sizes.contains($0) } == true, "\(candidate.loss.compactText)")
        #expect(candidate.reasons.contains { $0.hasPrefix("\(key) is 1.345") }, "\(candidate.reasons)")
      }
    }
  }

  @Test("an exact fit: squares first, nothing is said of tails, and no spread is to be learned")
  func exact() throws {
    for (name, target) in Self.meaningless.prefix(4) {
      let advice = Self.advice(target)
      #expect(advice.ranked.first?.kind == "mse" && advice.functional == .mean, "\(name): \(advice.ranked.map(\.kind))")
      #expect(advice.facts.contains { $0.key == "exact_fit" }, "\(name)")
      #expect(!advice.facts.contains { ["tail_index", "heteroscedasticity"].contains($0.key) }, "\(name)")
      let spread = try #require(advice.ranked.first { $0.kind == "gaussian_nll" })
      #expect(spread.score < 0.2 && spread.warnings.count == 1, "\(name): \(spread.score)")
    }
    // Negative control: a hundredth of noise is no exact fit.
    let noisy = (0..<Self.rows).map { 3 * Self.a[$0] + 2 * Self.b[$0] + 0.01 * Self.noise($0, 3) }
    #expect(!Self.advice(noisy).facts.contains { $0.key == "exact_fit" })
  }

  @Test("tweedie's power: the law's, its nearest, or as it is")
  func power() {
    func found(_ power: Double, _ error: Double, default standard: Double = 1.5) -> (Double?, String) {
      let parameter = FilledParameter.power((power, error), default: standard)
      guard case .number(let number)? = parameter.members.first?.value else { return (nil, parameter.words) }
      return (number, parameter.words)
    }
    #expect(found(1.4321, 0.1) == (1.43, "power is that of the variance by the mean: 1.43 ± 0.1"))
    #expect(found(2.6, 0.2).0 == 1.95 && found(2.6, 0.2).1.contains("to the power 2.6 ± 0.2, and power is the nearest"))
    #expect(found(0.4, 0.2).0 == 1.05)
    #expect(found(-0.3, 0.1).0 == nil && found(-0.3, 0.1).1.contains("does not grow with the mean"))
    #expect(found(-0.3, 0.1, default: 1.9) == (1.9, found(-0.3, 0.1, default: 1.9).1))
    for odd in [(1.5, 0.7), (.nan, 0.1), (1.5, .nan), (.infinity, 0.1)] {
      #expect(found(odd.0, odd.1).0 == nil && found(odd.0, odd.1).1.hasPrefix("power stays at its default: how"))
    }
    #expect(FilledParameter.power(nil, default: 1.9).words.hasPrefix("power is set to 1.9: "))
    // What is said is what is filled in.
    for index in 0..<40 {
      let amounts = (0..<200).map { max(0, Self.noise($0, index) + Double(index) / 20 - 1) }
      for candidate in Self.ranked(amounts) where candidate.kind == "tweedie" {
        let isFilled = candidate.loss["power"] != nil
        #expect(candidate.reasons.contains { $0.hasPrefix("power stays") } != isFilled, "\(candidate.reasons)")
      }
    }
  }

  private static func ranked(_ target: [Double]) -> [Candidate] {
    LossAdvice(AdviceInput(target: .numbers(target), task: .amounts)).ranked
  }

  @Test("a level beyond which no row is expected is warned of")
  func levels() throws {
    func warnings(_ under: Double, rows: Int) throws -> [String] {
      var input = AdviceInput(target: .numbers((0..<rows).map { Self.noise($0, 5) }))
      input.quantileCosts = QuantileCosts(under: under, over: 1)
      return try #require(LossAdvice(input).ranked.first { $0.kind == "quantile" }).warnings
    }
    #expect(try warnings(9, rows: 400) == [])
    #expect(
      try warnings(1e6, rows: 400).first?.hasPrefix("of 400 training rows fewer than one is expected above") == true)
    #expect(try warnings(1e-6, rows: 400).first?.contains("expected below the quantile of level 1e-06") == true)
  }

  @Test("whatever is filled in is a number that the loss takes, for odd tables and scales")
  func taken() {
    for scale in [1e-300, 1e-30, 1e300] {
      for (name, target) in [Self.meaningless[0], Self.meaningless[5], Self.meaningless[6]] {
        for (candidate, _, value) in Self.sizes(Self.advice(target.map { $0 * scale })) {
          #expect(
            value.map { FilledParameter.sizes.contains($0) } ?? true, "\(name) \(scale): \(candidate.loss.compactText)")
        }
      }
    }
  }
}
