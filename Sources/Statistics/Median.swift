/// The median: of an even number of values the mean of the middle two; NaN of none.
///
/// - Parameter values: none of them NaN, which has no place in an order.
package func median(_ values: [Double]) -> Double { median(ofSorted: values.sorted()) }

/// The median of values that ascend.
func median(ofSorted values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let upper = values[values.count / 2]
  return values.count % 2 == 1 ? upper : (values[values.count / 2 - 1] + upper) / 2
}
