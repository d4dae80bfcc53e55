/// A link that predicts one class out of several.
package protocol ClassPrediction: Prediction {
  /// A class's number by the outputs, to compare with other classes'; where classes have probabilities, a difference of
  /// two is the logarithm of the ratio of those.
  func logit(of index: Int, _ outputs: OutputRow) -> Double
  /// The class that the outputs predict where all wrong ones cost the same: that of the greatest ``logit(of:_:)``, of
  /// equal ones the first.
  func predictedClass(_ outputs: OutputRow) -> Int
  /// Appends what ranks samples by their certainty of a class: of two classes that of the second, of more one number
  /// for each.
  ///
  /// With probabilities it is the log odds `log(p / (1 − p))`. Unlike probabilities, log odds tell apart samples of
  /// which the network is all but certain; samples whose probabilities are equal get equal scores, in whatever order
  /// their outputs stand.
  func appendScores(_ outputs: OutputRow, to scores: inout [Double])
}

extension ClassPrediction {
  /// The logarithm of the second of two classes' probability over the first's.
  package func logOdds(_ outputs: OutputRow) -> Double { logit(of: 1, outputs) - logit(of: 0, outputs) }
}

/// A link that gives each class a probability.
package protocol ProbabilityPrediction: ClassPrediction {
  /// The probability of each class.
  func probabilities(_ outputs: OutputRow) -> [Double]
  /// The logarithm of the probability of a class, exact where the probability itself is 0 or 1 in double precision.
  func logProbability(of index: Int, _ outputs: OutputRow) -> Double
}

extension OutputRow {
  /// The first greatest output.
  var greatest: Int {
    var best = 0
    for index in 1..<Swift.max(1, count) where self[index] > self[best] { best = index }
    return best
  }
}
