/// Sizes and budgets of successive halving and of Hyperband, in whole numbers.
///
/// A bracket of `s` halvings begins with `n` trials. Rung `i` of `0…s` has `⌊n / ηⁱ⌋` trials, each trained up to `⌊R /
/// ηˢ⁻ⁱ⌋`, and the best `⌊n / ηⁱ⁺¹⌋` go on: successive halving (Jamieson and Talwalkar, Non-stochastic best arm
/// identification and hyperparameter optimization, AISTATS 2016) in the form of Hyperband's inner loop (Li and others,
/// Hyperband: a novel bandit-based approach to hyperparameter optimization, Journal of Machine Learning Research 18,
/// 2018, Algorithm 1).
struct HalvingSchedule {
  /// Whole of a training, `R`.
  let whole: Int
  /// What is divided by, `η`.
  let eta: Int
  /// The most halvings that leave the first rung its least budget: the largest `s` with `least · ηˢ ≤ R`.
  let most: Int

  /// Halvings at most where nobody says the least budget, as in the paper's example of 81 epochs.
  private static let usual = 4

  /// - Parameter least: the smallest budget of a rung; nil: whatever four halvings leave, and 1 at least.
  init(whole: Int, eta: Int, least: Int?) {
    precondition(whole >= 1 && eta >= 2 && least ?? 1 >= 1, "budgets are at least 1, and are divided by 2 or more")
    (self.whole, self.eta) = (whole, eta)
    var rest = whole / (least ?? 1), most = 0
    while rest >= eta {
      rest /= eta
      most += 1
    }
    self.most = least == nil ? min(most, Self.usual) : most
  }

  /// `⌊number / ηᵏ⌋`
  private func divided(_ number: Int, times: Int) -> Int {
    (0..<times).reduce(number) { quotient, _ in quotient / eta }
  }

  /// Trials that a bracket must begin with so that its last rung has one, `ηˢ`; nil: more than anything counts.
  func trials(halvings: Int) -> Int? {
    var product = 1
    for _ in 0..<halvings {
      let (next, overflow) = product.multipliedReportingOverflow(by: eta)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// Halvings of a bracket of some trials: as many as leave one.
  func halvings(trials: Int) -> Int {
    var rest = trials, count = 0
    while rest >= eta, count < most {
      rest /= eta
      count += 1
    }
    return count
  }

  /// The rungs of a bracket.
  func rungs(bracket: Int, trials: Int, halvings: Int, unit: TrainingBudget) -> [Rung] {
    (0...halvings).map { index in
      Rung(
        bracket: bracket, index: index, budget: unit.with(divided(whole, times: halvings - index)),
        entrants: divided(trials, times: index), survivors: index == halvings ? 0 : divided(trials, times: index + 1))
    }
  }

  /// Hyperband's brackets, from the one with most halvings to the one with none: `n = ⌈(sₘₐₓ + 1) / (s + 1) · ηˢ⌉`
  /// trials each.
  ///
  /// - Returns: nil where there are more trials than anything counts.
  func hyperband(_ unit: TrainingBudget) -> [Bracket]? {
    var brackets: [Bracket] = [], first = 0
    for halvings in (0...most).reversed() {
      guard let least = trials(halvings: halvings) else { return nil }
      let (product, overflow) = least.multipliedReportingOverflow(by: most + 1)
      guard !overflow else { return nil }
      let count = product / (halvings + 1) + (product % (halvings + 1) > 0 ? 1 : 0)
      let (end, isTooMuch) = first.addingReportingOverflow(count)
      guard !isTooMuch else { return nil }
      brackets.append(
        Bracket(
          trials: first..<end,
          rungs: rungs(bracket: brackets.count, trials: count, halvings: halvings, unit: unit)))
      first = end
    }
    return brackets
  }
}
