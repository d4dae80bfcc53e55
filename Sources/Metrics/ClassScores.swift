internal import Kernels
internal import Networks

// What outputs say of classes, kept exact where probabilities in floating point are 0 or 1.

extension MetricContext {
  /// The classes that are ranked: the second of two, or all.
  var rankedClasses: [Int] { classes == 2 ? [1] : Array(0..<classes) }

  /// Appends a score of each of ``rankedClasses`` that grows with the certainty of the class.
  ///
  /// With probabilities it is their log odds `log(p / (1 − p))`, for two outputs the difference of logits. Unlike probabilities, log
  /// odds tell apart rows of which the network is all but certain; rows whose probabilities are equal get equal scores, in whatever
  /// order their outputs stand.
  func appendScores(_ outputs: UnsafePointer<Float>, to scores: inout [Double]) {
    switch prediction {
    case .sigmoidClass, .marginClass: scores.append(Double(outputs[0]))
    case .softmaxClass where self.outputs == 2, .marginClasses where self.outputs == 2:
      scores.append(Double(outputs[1]) - Double(outputs[0]))
    case .softmaxClass: appendLogOdds(outputs, to: &scores)
    default: for index in 0..<classes { scores.append(Double(outputs[index])) }
    }
  }

  /// `zₖ − log Σ_{j ≠ k} e^{zⱼ}` of each class. The sum is that of all terms less the own one; for the greatest, whose own term
  /// would swallow the others, it is formed without it.
  private func appendLogOdds(_ outputs: UnsafePointer<Float>, to scores: inout [Double]) {
    let sum = Softmax(outputs, count: self.outputs)
    for index in 0..<classes {
      let z = Double(outputs[index]) - sum.greatest
      scores.append(z == 0 ? -sum.logOthers : z - DoubleFunctions.log(1 + sum.others - DoubleFunctions.exp(z)))
    }
  }

  /// The logarithm of the probability of a class, exact far out too.
  func logProbability(of index: Int, _ outputs: UnsafePointer<Float>) -> Double {
    if case .sigmoidClass = prediction {
      let z = Double(index == 1 ? outputs[0] : -outputs[0])
      return min(z, 0) - DoubleFunctions.log1p(DoubleFunctions.exp(-abs(z)))
    }
    let sum = Softmax(outputs, count: self.outputs)
    return Double(outputs[index]) - sum.greatest - DoubleFunctions.log1p(sum.others)
  }
}

/// The sum of a softmax, in parts: `Σ e^{zⱼ} = e^{greatest} · (1 + others)`.
struct Softmax {
  /// The greatest logit.
  let greatest: Double
  /// `Σ e^{zⱼ − greatest}` over all but the first greatest.
  let others: Double
  /// Its logarithm, a number even where the sum is too small for one.
  let logOthers: Double

  /// Sums from the smallest term up, so that the same logits in another order give the same bits.
  init(_ logits: UnsafePointer<Float>, count: Int) {
    var first = 0
    for index in 1..<max(1, count) where logits[index] > logits[first] { first = index }
    let greatest = Double(logits[first])
    var terms: [Double] = []
    terms.reserveCapacity(count)
    for index in 0..<count where index != first { terms.append(Double(logits[index]) - greatest) }
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
