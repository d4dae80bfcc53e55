internal import Kernels

/// Numbers by their ranks among those of the training part, as numbers of a standard normal distribution.
///
/// The rank of a number is linear between knots, quantiles of the training part at equal steps; one that several knots
/// have gets the middle of their ranks. The rank is kept from 0 and 1 by 1e-7, so results lie within ±5.2. That is
/// `QuantileTransformer(output_distribution= "normal")` of scikit-learn but for two things: no number but the end's own
/// counts as beyond the end, and a column of one value is 0.
package struct RankMap: Sendable, Equatable {
  /// Ascending; none is infinite.
  package let knots: [Double]

  /// The most knots of a feature.
  static let limit = 1000
  /// How near a rank comes to 0 and 1.
  private static let border = 1e-7

  /// - Parameter knots: at least one, ascending and finite.
  init(knots: [Double]) {
    precondition(!knots.isEmpty, "ranks need a knot")
    self.knots = knots
  }

  /// The map of some numbers.
  ///
  /// - Parameters:
  ///   - sorted: ascending, at least one.
  ///   - limit: the most knots.
  init(sorted: [Double], limit: Int = Self.limit) {
    let count = min(limit, sorted.count)
    var last = -Double.infinity
    knots = (0..<count).map { index in
      // Rounding may not put one before the other.
      last = max(last, sorted.quantile(count == 1 ? 0.5 : Double(index) / Double(count - 1)))
      return last
    }
  }

  func callAsFunction(_ x: Double) -> Double {
    knots.withUnsafeBufferPointer { Self.apply(x, $0) }
  }

  /// The number of a standard normal distribution that has the rank of `x`.
  static func apply(_ x: Double, _ knots: UnsafeBufferPointer<Double>) -> Double {
    let last = knots.count - 1
    guard knots[0] < knots[last] else { return 0 }
    // The first knot that is not below, and the first that is above.
    var low = 0, high = knots.count
    while low < high {
      let middle = (low + high) / 2
      if knots[middle] < x { low = middle + 1 } else { high = middle }
    }
    var above = low
    while above < knots.count, knots[above] == x { above += 1 }
    let place: Double
    if above > low {
      // The ends stay the ends.
      place = low == 0 ? 0 : above > last ? Double(last) : Double(low + above - 1) / 2
    } else if low == 0 || low > last {
      place = low == 0 ? 0 : Double(last)
    } else {
      place = Double(low - 1) + (x - knots[low - 1]) / (knots[low] - knots[low - 1])
    }
    let rank = min(max(place / Double(last), border), 1 - border)
    return DoubleFunctions.normalQuantile(rank)
  }
}

/// Where a quantile of numbers is in their order: linear between neighbours (type 7 of R. J. Hyndman and Y. Fan, Sample
/// Quantiles in Statistical Packages, 1996), as NumPy's default.
struct QuantileSpot {
  let low: Int
  let high: Int
  private let part: Double

  /// - Parameter count: of numbers, at least one.
  init(_ share: Double, count: Int) {
    let place = share * Double(count - 1)
    low = Int(place)
    high = min(low + 1, count - 1)
    part = place - Double(low)
  }

  /// The quantile, by the numbers at both places.
  func value(_ low: Double, _ high: Double) -> Double { part == 0 ? low : min(low + part * (high - low), high) }
}

extension [Double] {
  /// The quantile of ascending numbers; see ``QuantileSpot``.
  func quantile(_ share: Double) -> Double {
    let spot = QuantileSpot(share, count: count)
    return spot.value(self[spot.low], self[spot.high])
  }

  /// The most frequent of ascending numbers; of several the smallest.
  var mostFrequent: Double? {
    var best: (value: Double, count: Int)?, first = 0
    while first < count {
      var end = first + 1
      while end < count, self[end] == self[first] { end += 1 }
      if end - first > best?.count ?? 0 { best = (self[first], end - first) }
      first = end
    }
    return best?.value
  }
}
