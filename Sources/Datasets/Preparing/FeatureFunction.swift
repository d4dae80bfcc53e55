internal import Kernels

/// What becomes of a number before it is shifted and scaled.
package enum FeatureFunction: Sendable, Equatable {
  case identity
  /// `log x`, of numbers above 0.
  case log
  /// `log(1 + x)`, of numbers above −1.
  case log1p
  /// Its rank, as a number of a standard normal distribution.
  case ranks(RankMap)

  /// The number that all it takes are above; nil: it takes any.
  var bound: Double? {
    switch self {
    case .log: 0
    case .log1p: -1
    case .identity, .ranks: nil
    }
  }

  func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .identity: x
    case .log: DoubleFunctions.log(x)
    case .log1p: DoubleFunctions.log1p(x)
    case .ranks(let map): map(x)
    }
  }

  /// A number that hardly changes near 0 and never leaves ±3: `x / √(1 + (x/3)²)` (D. Holzmüller, L. Grinsztajn, I.
  /// Steinwart, Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data, 2024, arXiv 2407.04491,
  /// section 3).
  @inline(__always)
  static func smoothlyClipped(_ x: Double) -> Double {
    let part = x / 3
    // Where 1 is lost beside the square, which may be infinite.
    guard part.magnitude < 0x1p28 else { return x.isNaN ? x : x < 0 ? -3 : 3 }
    return x / (1 + part * part).squareRoot()
  }
}
