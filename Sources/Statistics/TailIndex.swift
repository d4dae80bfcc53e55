internal import Kernels

/// How slowly the probability of far values falls: as a power `x^−α` of their size (Hill 1975).
///
/// `α = k / Σ ln(x₍ₙ₋ᵢ₊₁₎ / x₍ₙ₋ₖ₎)` over the k greatest. Below 2 the variance is infinite, below 1 the mean; values of
/// light tails come out well above.
package struct TailIndex: Sendable, Equatable {
  package let index: Double
  /// 95 %: `α ± 1.96 α / √k`.
  package let low: Double
  package let high: Double
  /// How many of the greatest values were looked at.
  package let count: Int

  /// - Parameters:
  ///   - magnitudes: of the values; those that are not above 0 are left out.
  ///   - count: of the greatest that are looked at; nil: the root of all, rounded down.
  /// - Returns: nil where there are fewer than five, or the greatest are all the same.
  package init?(_ magnitudes: [Double], count: Int? = nil) {
    let sorted = magnitudes.filter { $0 > 0 && $0.isFinite }.sorted(by: >)
    let k = count ?? Int(Double(sorted.count).squareRoot())
    guard k >= 5, k < sorted.count else { return nil }
    let base = DoubleFunctions.log(sorted[k])
    let sum = sorted.prefix(k).reduce(0) { $0 + (DoubleFunctions.log($1) - base) }
    guard sum > 0 else { return nil }
    self.count = k
    index = Double(k) / sum
    let reach = 1.959963984540054 * index / Double(k).squareRoot()
    (low, high) = (index - reach, index + reach)
  }
}
