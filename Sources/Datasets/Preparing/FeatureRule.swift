internal import Specs

/// What is to become of some features: one rule for those that are one quantity.
struct FeatureRule: Equatable {
  enum Kind: Equatable {
    case number
    /// Zeros and ones of a category.
    case category
    /// Whole numbers and ragged fields, which stay as they are.
    case spared
  }

  /// Pixels, one number of a table, or all features of a category.
  var features: Range<Int>
  var kind: Kind
  /// What is done where they are missing.
  var policy: MissingPolicy
  var method: NormalizationMethod

  var isNumber: Bool { kind == .number }

  /// Whether a number stands for one that is missing.
  var fillsNumber: Bool { isNumber && policy.fills }
  /// Whether the most frequent category stands for one that is missing.
  var fillsCategory: Bool { kind == .category && policy == .mostFrequent }

  /// Whether nothing is to be done but what a shift and a scale do, which hold for all features alike.
  func isPlain(_ method: NormalizationMethod) -> Bool {
    guard !fillsNumber, !fillsCategory else { return false }
    return !isNumber || self.method == method && method.isAffine
  }

  /// Whether the training part's numbers in their order say it.
  var readsOrder: Bool {
    guard isNumber else { return false }
    return [.median, .category, .mostFrequent].contains(policy) || [.robust, .quantile].contains(method)
  }

  /// Whether mean and deviation, or smallest and largest number, say it.
  var readsMoments: Bool { isNumber && [.standard, .minmax, .log, .log1p].contains(method) }
}

extension DataDescription {
  /// The features of each column of categories.
  var categoricalFeatures: [Range<Int>] { featureRanges.filter { $0.column.isCategorical }.map(\.features) }

  /// The features that stay as they are, whole numbers and ragged fields, whose ends are no numbers.
  var sparedFeatures: [Range<Int>] { integerFeatures + raggedFeatures }

  /// The features that may be missing, and that a number stands for then; among them whole numbers, which are never
  /// missing.
  var filledFeatures: [Range<Int>] {
    guard !columns.isEmpty else { return missing.policy.fills ? [0..<featureCount] : [] }
    return featureRanges.filter { !$0.column.isCategorical && !$0.column.isRagged && $0.column.missing.fills }
      .map(\.features)
  }

  /// How a feature's column is brought to a common scale, where it is not as all are.
  func transform(ofFeature feature: Int) -> NormalizationMethod? {
    featureRanges.first { $0.features.contains(feature) }?.column.transform
  }

  private var featureRanges: [(column: FeatureColumn, features: Range<Int>)] {
    var first = 0
    return columns.map { column in
      defer { first += column.width }
      return (column, first..<first + column.width)
    }
  }

  /// What is to become of the features: in their order, all of them.
  ///
  /// - Parameter method: of what has none of its own.
  func rules(_ method: NormalizationMethod) -> [FeatureRule] {
    let spared = sparedFeatures
    func kind(_ feature: Int) -> FeatureRule.Kind {
      spared.contains { $0.contains(feature) } ? .spared : .number
    }
    guard !columns.isEmpty else {
      if featureShape.extents.count > 1 {
        return [FeatureRule(features: 0..<featureCount, kind: kind(0), policy: missing.policy, method: method)]
      }
      return (0..<featureCount).map {
        FeatureRule(features: $0..<$0 + 1, kind: kind($0), policy: missing.policy, method: method)
      }
    }
    return featureRanges.flatMap { column, features in
      let own = column.transform ?? method
      if column.isCategorical {
        return [FeatureRule(features: features, kind: .category, policy: column.missing, method: own)]
      }
      return features.map {
        FeatureRule(features: $0..<$0 + 1, kind: kind($0), policy: column.missing, method: own)
      }
    }
  }
}
