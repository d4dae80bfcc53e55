internal import Kernels

/// The medcouple: how skewed values are, from −1 to 1, by their order near the middle alone; 0 where they are symmetric
/// (Brys, Hubert & Struyf 2004).
///
/// The median of `((z⁺ + z⁻) / (z⁺ − z⁻))` over all pairs of a value from the median on and one up to it, z less the
/// median. Of more than 501 values, 501 quantiles at equal distances stand for all: pairs are as many as the square.
///
/// - Parameter sorted: ascending, none of them NaN.
package func medcouple(ofSorted sorted: [Double]) -> Double {
  let limit = 501
  var values = sorted
  if values.count > limit { values = (0..<limit).map { quantile(ofSorted: sorted, Double($0) / Double(limit - 1)) } }
  guard values.count > 2 else { return 0 }
  let center = median(ofSorted: values)
  // Distances beyond all numbers are halved away.
  let above = values.filter { $0 >= center }.map { $0 / 2 - center / 2 }
  let below = values.filter { $0 <= center }.map { $0 / 2 - center / 2 }
  let ties = above.prefix { $0 == 0 }.count
  var pairs: [Double] = []
  pairs.reserveCapacity(above.count * below.count)
  for (i, high) in above.enumerated() {
    for (j, low) in below.enumerated() {
      guard high == 0, low == 0 else {
        pairs.append((high + low) / (high - low))
        continue
      }
      // Values that are the median: their pairs are +1, 0 and −1 by their ranks among each other.
      let rank = i + (below.count - 1 - j)
      pairs.append(rank == ties - 1 ? 0 : rank < ties - 1 ? -1 : 1)
    }
  }
  return median(pairs)
}

/// Beyond which a value of a skewed distribution is an outlier: the adjusted box plot, `Q1 − 1.5 e^(−4 MC) IQR` and
/// `Q3 + 1.5 e^(3 MC) IQR` for a medcouple MC ≥ 0, with −3 and 4 below 0 (Hubert & Vandervieren 2008).
///
/// - Parameter sorted: ascending, at least one value, none of them NaN.
package func adjustedFences(ofSorted sorted: [Double]) -> (low: Double, high: Double) {
  let first = quantile(ofSorted: sorted, 0.25), third = quantile(ofSorted: sorted, 0.75)
  let couple = medcouple(ofSorted: sorted), reach = 1.5 * (third - first)
  let low = DoubleFunctions.exp(couple >= 0 ? -4 * couple : -3 * couple)
  let high = DoubleFunctions.exp(couple >= 0 ? 3 * couple : 4 * couple)
  return (first - low * reach, third + high * reach)
}
