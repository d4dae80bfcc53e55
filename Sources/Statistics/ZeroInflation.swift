internal import Kernels

/// Whether there are more zeros among counts than Poisson's: the score test of van den Broek (1995), for one mean of
/// all.
///
/// `S = (n₀ − n p)² / (n p (1 − p) − n ȳ p²)`, `p = e^−ȳ`: χ² with 1 degree of freedom where there are not.
package struct ZeroInflation: Sendable, Equatable {
  package let score: Double
  /// The share of zeros.
  package let share: Double
  /// `e^−ȳ`.
  package let expected: Double
  package let pValue: Double

  /// nil where all are 0, or there are none.
  package init?(_ y: [Double]) {
    let n = Double(y.count), center = mean(y)
    guard n > 0, center > 0, center.isFinite else { return nil }
    let p = DoubleFunctions.exp(-center), zeros = Double(y.count { $0 == 0 })
    let variance = n * p * (1 - p) - n * center * p * p
    share = zeros / n
    expected = p
    score = variance > 0 ? (zeros - n * p) * (zeros - n * p) / variance : 0
    pValue = chiSquaredTail(score, degrees: 1)
  }
}
