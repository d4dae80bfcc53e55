internal import Networks

// What links say of classes, for metrics that rank samples and weigh certainty.

extension MetricContext {
  /// The classes that are ranked: the second of two, or all.
  var rankedClasses: [Int] { classes == 2 ? [1] : Array(0..<classes) }

  /// Appends a score of each of ``rankedClasses`` that grows with the certainty of the class.
  func appendScores(_ outputs: UnsafePointer<Float>, to scores: inout [Double]) {
    classLink?.appendScores(row(outputs), to: &scores)
  }

  /// A class's number by the outputs, to compare with other classes'; NaN where no class is predicted.
  func logit(of index: Int, _ outputs: UnsafePointer<Float>) -> Double {
    classLink?.logit(of: index, row(outputs)) ?? .nan
  }

  /// The logarithm of the probability of a class, exact far out too; NaN where classes have none.
  func logProbability(of index: Int, _ outputs: UnsafePointer<Float>) -> Double {
    probabilityLink?.logProbability(of: index, row(outputs)) ?? .nan
  }
}
