extension ColumnSurvey {
  /// The figures of a column of which nothing but its cells is known: median and histogram from a sample, where there
  /// are many.
  package func profile(as role: SourceField.Role) -> ColumnProfile {
    let inferred = InferredKind(self)
    var profile: ColumnProfile
    if numbers > 0, inferred == .numeric || inferred == .nearlyNumeric {
      profile = ColumnProfile(name, role, numbers: sample.values)
      profile.numbers?.minimum = minimum
      profile.numbers?.maximum = maximum
      profile.numbers?.zeros = zeros
      profile.numbers?.areWhole = wholeNumbers == numbers
      profile.distinct = distinctIsMore ? distinctCount : distinctNumbers.count
    } else {
      let labels = distinct.keys.sorted()
      // The counts alone matter.
      profile = ColumnProfile(name, role, inferred.shownKind, rows: rows)
      if !distinctIsMore {
        profile.bins = Array(distinct.values.sorted(by: >).prefix(ColumnProfile.binCount))
        for label in labels where (distinct[label] ?? 0) > profile.mostFrequentCount {
          (profile.mostFrequent, profile.mostFrequentCount) = (label, distinct[label] ?? 0)
        }
      }
      profile.distinct = distinctCount
    }
    profile.distinctIsMore = distinctIsMore
    (profile.rows, profile.missing) = (rows, missing)
    return profile
  }
}

extension InferredKind {
  /// What comes nearest, where a person has to decide.
  fileprivate var shownKind: ColumnRule.Kind {
    switch self {
    case .nearlyNumeric, .otherStyle: .numeric
    case .manyCategories: .categorical
    case .empty, .identifier: .text
    case .numeric, .boolean, .date, .categorical, .text: kind ?? .text
    }
  }
}
