/// Holm's adjustment for several tests at once (A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian
/// Journal of Statistics 6, 1979).
package enum Holm {
  /// The adjusted p values, in the order given: the i-th smallest of m times `m − i + 1`, at most 1, and never below a
  /// smaller one's. Rejecting where they are at most α makes one or more false rejections with a probability of at most
  /// α, however the tests depend on each other. Values that are NaN stay so, and are no tests.
  package static func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.filter { !pValues[$0].isNaN }
      .sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues, largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, Double(order.count - rank) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
