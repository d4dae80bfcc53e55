internal import Kernels

/// The sum of a softmax, in parts: `Σ e^{zⱼ} = e^{greatest} · (1 + others)`.
struct SoftmaxSum {
  /// The greatest logit.
  let greatest: Double
  /// `Σ e^{zⱼ − greatest}` over all but the first greatest.
  let others: Double
  /// Its logarithm, a number even where the sum is too small for one.
  let logOthers: Double

  /// Sums from the smallest term up, so that the same logits in another order give the same bits.
  init(_ logits: OutputRow) {
    let first = logits.greatest, greatest = Double(logits[first])
    var terms: [Double] = []
    terms.reserveCapacity(logits.count)
    for index in logits.indices where index != first { terms.append(Double(logits[index]) - greatest) }
    terms.sort()
    self.greatest = greatest
    others = terms.reduce(0) { $0 + DoubleFunctions.exp($1) }
    guard let second = terms.last else {
      logOthers = -.infinity
      return
    }
    logOthers = second + DoubleFunctions.log(terms.reduce(0) { $0 + DoubleFunctions.exp($1 - second) })
  }
}

/// `e^zₖ / Σⱼ e^zⱼ` of each logit.
package func softmaxProbabilities(_ logits: OutputRow) -> [Double] {
  let most = logits.reduce(-Float.infinity) { max($0, $1) }
  let powers = logits.map { DoubleFunctions.exp(Double($0) - Double(most)) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// `1 / (1 + e^−z)`, exact far out too.
func logistic(_ z: Float) -> Double {
  let power = DoubleFunctions.exp(-Double(abs(z)))
  return z >= 0 ? 1 / (1 + power) : power / (1 + power)
}
