/// What advice looks at: training rows only, in the file's units.
///
/// Whatever it holds is taken: rows that are not finite are left out and counted, columns of other lengths are passed
/// over.
package struct AdviceInput: Sendable {
  /// The targets of the rows.
  package enum Target: Sendable {
    /// One number for each row; whether they are classes, counts, shares or plain numbers is read from them.
    case numbers([Double])
    /// One class for each row, an index of `names`.
    case classes(names: [String], codes: [Int])
    /// Several columns of 0 and 1, which may hold together.
    case labels([[Double]])
    /// Several columns of shares whose rows add up to 1.
    case distribution([[Double]])
    /// Several columns; whether they are labels, shares or plain numbers is read from them.
    case columns([[Double]])

    /// Rows.
    package var rows: Int {
      switch self {
      case .numbers(let values): values.count
      case .classes(_, let codes): codes.count
      case .labels(let columns), .distribution(let columns), .columns(let columns): columns.map(\.count).min() ?? 0
      }
    }
  }

  package var target: Target
  /// One for each row; nil: all count the same.
  package var weights: [Double]?
  /// Columns of numbers as the network would see them, filled and one-hot, but unscaled; none: the targets alone are
  /// looked at.
  package var features: [[Double]]
  package var featureNames: [String]
  /// The target's name in sentences.
  package var targetName: String
  /// Training rows whose target is missing, which are not among the rows.
  package var missingTargets: Int
  /// Where a row stands, like `line 12`, for evidence.
  package var row: @Sendable (Int) -> String
  /// What the person said the target is.
  package var task: TaskChoice?
  /// What the person wants predicted.
  package var wanted: Functional?
  /// What wrong decisions between two classes cost.
  package var classCosts: ClassCosts?
  /// What a prediction that is too low costs, and one that is too high, per unit: asks for a quantile.
  package var quantileCosts: QuantileCosts?

  package init(
    target: Target, weights: [Double]? = nil, features: [[Double]] = [], featureNames: [String] = [],
    targetName: String = "target", missingTargets: Int = 0, task: TaskChoice? = nil, wanted: Functional? = nil,
    classCosts: ClassCosts? = nil, quantileCosts: QuantileCosts? = nil,
    row: @escaping @Sendable (Int) -> String = { "row \($0 + 1)" }
  ) {
    (self.target, self.weights, self.features, self.featureNames) = (target, weights, features, featureNames)
    (self.targetName, self.missingTargets, self.task, self.wanted) = (targetName, missingTargets, task, wanted)
    (self.classCosts, self.quantileCosts, self.row) = (classCosts, quantileCosts, row)
  }
}

/// What a person says the target is, as `--task`.
package enum TaskChoice: String, Sendable, CaseIterable {
  /// Classes, two or more.
  case classification
  /// Plain numbers, whatever they look like.
  case regression
  /// How often something happened.
  case counts
  /// Amounts from 0 on, often exactly 0.
  case amounts
  /// Shares from 0 to 1.
  case shares
  /// Several columns of yes or no.
  case labels
  /// Several columns of shares that add up to 1.
  case distribution
}

/// What wrong decisions between two classes cost, in any unit.
package struct ClassCosts: Sendable, Equatable {
  package var falsePositive: Double
  package var falseNegative: Double

  package init(falsePositive: Double, falseNegative: Double) {
    (self.falsePositive, self.falseNegative) = (falsePositive, falseNegative)
  }

  /// The probability from which on saying yes costs less: `fp / (fp + fn)` (Elkan 2001).
  package var threshold: Double { falsePositive / (falsePositive + falseNegative) }
}

/// What one unit too little and one unit too much costs.
package struct QuantileCosts: Sendable, Equatable {
  package var under: Double
  package var over: Double

  package init(under: Double, over: Double) { (self.under, self.over) = (under, over) }

  /// The level whose quantile costs least: `under / (under + over)` (the newsvendor's).
  package var level: Double { under / (under + over) }
}
