/// The median of the distances from the median, in the values' units (Hampel 1974); NaN of none.
///
/// Times ``normalConsistency`` it is the standard deviation of normal values.
package func medianAbsoluteDeviation(_ values: [Double]) -> Double {
  let center = median(values)
  return median(values.map { ($0 - center).magnitude })
}

/// `1 / Φ⁻¹(¾)`: what the median absolute deviation of normal values is multiplied with to be their standard deviation.
package let normalConsistency = 1.482602218505602

/// The distance from the median in standard deviations as the median absolute deviation has them: beyond 3.5 a value
/// counts as an outlier (Iglewicz & Hoaglin 1993: 0.6745 · |x − median| / MAD).
package let outlierScore = 3.5
