/// The value below which a share of the values lies: linear between the two nearest, at `(n − 1) · level` counted from
/// 0 (type 7 of Hyndman & Fan 1996, as NumPy's); NaN of none.
///
/// - Parameter sorted: ascending, none of them NaN.
package func quantile(ofSorted sorted: [Double], _ level: Double) -> Double {
  guard let first = sorted.first, let last = sorted.last else { return .nan }
  let place = Double(sorted.count - 1) * level
  guard place > 0 else { return first }
  guard place < Double(sorted.count - 1) else { return last }
  let index = Int(place), share = place - Double(index)
  let low = sorted[index], high = sorted[index + 1]
  // Not low + share · (high − low), whose difference may be beyond all numbers.
  return share == 0 || low == high ? low : low * (1 - share) + high * share
}

/// The least value that a share of the weight does not lie above; NaN of none.
///
/// - Parameters:
///   - values: none of them NaN.
///   - weights: one for each, ≥ 0.
package func weightedQuantile(_ values: [Double], weights: [Double], _ level: Double) -> Double {
  let order = values.indices.filter { weights[$0] > 0 }.sorted { (values[$0], $0) < (values[$1], $1) }
  let total = order.reduce(0) { $0 + weights[$1] }
  var sum = 0.0
  for index in order {
    sum += weights[index]
    if sum >= level * total { return values[index] }
  }
  return order.last.map { values[$0] } ?? .nan
}
