internal import Specs
internal import Statistics

extension ProblemReading {
  // What one column of numbers is taken for, in this order: one value, two values, classes, counts, shares, amounts,
  // positive values, numbers.

  /// Whole numbers from 0 or 1 on without a gap are classes up to so many.
  static let mostNumberedClasses = 20
  /// The least share of zeros that makes amounts of positive numbers.
  static let leastZeroShare = 0.02
  /// Pearson's χ² per degree of freedom below which whole numbers are too even for counts.
  static let leastDispersion = 0.6

  /// Whether the column alone tells: nil where fits have to be looked at.
  init?(sure column: TargetColumn, task: TaskChoice?) {
    guard let first = column.sorted.first else {
      self.init(.constant, reason: "there is no row with a number")
      return
    }
    guard column.distinct > 1 else {
      let rows = column.weights == nil ? "every row" : "every row that weighs more than 0"
      self.init(.constant, reason: "\(rows) has the same value, \(NumberText.short(first))")
      return
    }
    switch task {
    case .classification:
      let names = column.frequencies.map { NumberText.short($0.value, digits: 15) }
      self.init(
        names.count == 2 ? .binary : .classes, reason: "\(names.count.counted("different value")), as --task says",
        classes: names, isGiven: true)
      return
    case .counts: self.init(.counts, reason: "counts, as --task says", isGiven: true); return
    case .amounts: self.init(.amounts, reason: "amounts, as --task says", isGiven: true); return
    case .shares: self.init(.shares, reason: "shares, as --task says", isGiven: true); return
    case .labels:
      self.init(.labels, reason: "a label, as --task says", isGiven: true); return
    case .regression, .distribution, nil: break
    }
    guard task == nil else { return nil }
    if column.distinct == 2, column.isWhole || column.count >= 20 {
      let names = column.frequencies.map { NumberText.short($0.value, digits: 15) }
      self.init(
        .binary, reason: "two different values, \(names[0]) and \(names[1])", alternatives: [.regression],
        classes: names)
      return
    }
    if let classes = Self.numberedClasses(column) {
      self = classes
      return
    }
    if !column.isWhole, column.minimum >= 0, column.maximum <= 1, column.maximum >= 0.3 {
      self.init(
        .shares,
        reason:
          "numbers from \(NumberText.short(column.minimum)) to \(NumberText.short(column.maximum)), within 0 and 1",
        alternatives: [.regression])
      return
    }
    return nil
  }

  /// Whole numbers that look like classes; nil for others.
  private static func numberedClasses(_ column: TargetColumn) -> ProblemReading? {
    guard column.isWhole, column.distinct <= mostNumberedClasses, column.minimum == 0 || column.minimum == 1,
      column.maximum - column.minimum == Double(column.distinct - 1), column.count >= 5 * column.distinct
    else { return nil }
    let frequencies = column.frequencies, most = frequencies.map(\.count).max() ?? 0
    guard let least = frequencies.map(\.count).min(), 100 * least >= most else { return nil }
    // Counts and ranks rise to one peak and thin out; classes need not.
    let counts = frequencies.map(\.count)
    if column.distinct > 4, thinsOut(counts) || (column.minimum == 0 && thinsOut(Array(counts.dropFirst()))) {
      return nil
    }
    return ProblemReading(
      .classes,
      reason:
        "the whole numbers \(Int(column.minimum)) to \(Int(column.maximum)) without a gap, none much rarer than the others",
      alternatives: [.counts, .regression], classes: frequencies.map { "\(Int($0.value))" })
  }

  /// Whether numbers rise to one peak and fall behind it to less than a third, but for chance.
  private static func thinsOut(_ counts: [Int]) -> Bool {
    guard let most = counts.max(), let last = counts.last, 3 * last < most,
      let peak = counts.firstIndex(of: most)
    else { return false }
    /// Whether `b` is less than `a` by more than chance.
    func falls(_ a: Int, _ b: Int) -> Bool {
      let drop = Double(a - b)
      return drop > 0 && drop * drop > 6 * Double(a + b)
    }
    for index in counts.indices.dropFirst() {
      let (before, here) = (counts[index - 1], counts[index])
      if index <= peak ? falls(before, here) : falls(here, before) { return false }
    }
    return true
  }

  /// What the fits tell.
  init(_ study: NumberStudy, task: TaskChoice?) {
    let column = study.column
    let given = task == .regression
    if !given, let counts = Self.counts(study) {
      self = counts
      return
    }
    if !given, study.fixedZeros == nil, Self.hasPointOfZeros(column) {
      self.init(
        .amounts,
        reason: "numbers from 0 on, \(NumberText.percent(column.zeroShare)) of them exactly 0",
        alternatives: [.regression])
      return
    }
    let gain = study.evidence.positiveGain
    if column.minimum > 0, gain > study.evidence.positiveThreshold {
      self.init(
        .positive,
        reason: "all above 0, and their spread grows with them" + (given ? "; numbers, as --task says" : ""),
        alternatives: given ? [] : [.regression], isGiven: given)
      return
    }
    let kinds =
      column.isWhole && column.distinct <= 30 ? "\(column.distinct.counted("different whole number"))" : "numbers"
    var others: [TaskChoice] = []
    if column.isWhole, (0...10).contains(column.minimum), !given { others.append(.counts) }
    if column.isWhole, column.distinct <= 100, !given { others.append(.classification) }
    self.init(
      .numbers,
      reason: given
        ? "\(kinds), as --task says"
        : "\(kinds) from \(NumberText.short(column.minimum)) to \(NumberText.short(column.maximum))",
      alternatives: others, isGiven: given)
  }

  /// Zeros that stand out of continuous positive numbers.
  private static func hasPointOfZeros(_ column: TargetColumn) -> Bool {
    column.minimum == 0 && column.zeros >= 5 && column.zeroShare >= leastZeroShare
      && column.zeros > 3 * column.mode.count
  }

  private static func counts(_ study: NumberStudy) -> ProblemReading? {
    let column = study.column
    guard column.isWhole, column.minimum >= 0, column.minimum <= 1, column.maximum > 1 else { return nil }
    guard let dispersion = study.dispersion else { return nil }
    guard study.fixedZeros == nil, dispersion.pearson >= leastDispersion else { return nil }
    return ProblemReading(
      .counts,
      reason: "whole numbers from \(Int(column.minimum)) on, as many as \(NumberText.short(column.maximum)) at most",
      alternatives: [.regression, .classification])
  }
}
