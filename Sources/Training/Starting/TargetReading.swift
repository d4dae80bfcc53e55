package import Datasets
package import Specs

/// What a target is taken for, with the reason, told from its cells alone.
package struct TargetReading: Sendable, Equatable {
  /// What is learned.
  package enum Task: Sendable, Equatable {
    case binary
    /// So many classes.
    case classes(Int)
    /// How often something happens, or how much of it, with many zeros.
    case counts
    case numbers
    /// Numbers of which a few are far off all others.
    case heavyTails
  }

  /// What a person may ask for.
  package enum Choice: String, Sendable, CaseIterable { case classification, regression }

  package var task: Task
  /// Why, like `2 different values`.
  package var reason: String
  /// Whole powers of ten between the smallest and the largest of numbers above 0; 0 for others.
  package var powersOfTen = 0

  package var isClasses: Bool {
    switch task {
    case .binary, .classes: true
    case .counts, .numbers, .heavyTails: false
    }
  }

  // MARK: - The rules

  /// Whole numbers from 0 or 1 on without a gap are classes up to so many.
  static let mostNumberedClasses = 20
  /// Classes that a rare one has at least, in rows for each of the most frequent.
  static let rarest = 0.01
  /// Words that are classes at most.
  static let mostClasses = 1000
  /// Share of zeros from which on numbers ≥ 0 are counts or amounts.
  static let manyZeros = 0.1
  /// Quartile distances from the median beyond which a number is far off, and their share from which on the tails are
  /// heavy.
  static let farOff = 10.0, heavyShare = 0.002

  /// - Parameters:
  ///   - choice: what the command line asks for; nil: the cells decide.
  ///   - columns: how many targets there are, where the survey is of all of them together.
  /// - Throws: a sentence where the column is no such target.
  package init(_ survey: ColumnSurvey, file: String, choice: Choice?, columns: Int = 1) throws(RunError) {
    if columns > 1 {
      guard choice != .classification else {
        throw RunError(
          .data, "\(file): has \(columns.counted("target")) for each row, and classes are one; use --task regression")
      }
      self = Self.numbers(survey, isNumbers: true)
      return
    }
    let name = "target '\(survey.name.excerpt(40))'"
    func refusal(_ problem: String) -> RunError { RunError(.data, "\(file): \(name) \(problem)") }
    guard survey.present > 0 else { throw refusal("has no value in any row; name another column") }
    let isNumbers = survey.numbers == survey.present || InferredKind(survey) == .nearlyNumeric
    var styled = false
    if case .otherStyle = InferredKind(survey) { styled = true }
    let distinct = isNumbers && !survey.distinctIsMore ? survey.distinctNumbers.count : survey.distinctCount
    guard distinct > 1 else { throw refusal("has one value in all rows; there is nothing to learn") }
    if choice == .regression {
      guard isNumbers || styled else {
        throw refusal(
          "holds words ('\(survey.firstWord?.text.excerpt(30) ?? "")' in line \(survey.firstWord?.line ?? 0)), and "
            + "--task regression needs numbers; use --task classification, or name another column")
      }
      self = Self.numbers(survey, isNumbers: isNumbers)
      return
    }
    let isWhole = survey.wholeNumbers == survey.numbers
    // Neighbouring whole numbers fall together there.
    let isFar = isNumbers && max(survey.minimum.magnitude, survey.maximum.magnitude) > 0x1p53
    if choice == .classification || !(isNumbers || styled) {
      guard !isNumbers || isWhole else {
        throw refusal("holds numbers with fractions, which are no classes; use --task regression")
      }
      guard !isFar else {
        throw refusal("holds whole numbers beyond 9e15, which are told apart no more; use --task regression")
      }
      if choice == nil, survey.dates == survey.present {
        throw refusal("holds dates, which are neither classes nor numbers; name another column")
      }
      guard !survey.distinctIsMore, distinct <= Self.mostClasses else {
        throw refusal(
          "has more than \(Self.mostClasses) different values, too many for classes; "
            + (isNumbers ? "use --task regression" : "name another column"))
      }
      if choice == nil, distinct * 2 > survey.present, survey.present >= 20 {
        throw refusal(
          "has \(distinct.counted("different word")) in \(survey.present.counted("row")), which are names of rows rather than classes; name another "
            + "column, or use --task classification")
      }
      self.init(
        distinct == 2 ? .binary : .classes(distinct),
        distinct.counted("different \(isNumbers ? "whole number" : "word")") + (choice == nil ? "" : ", as --task says")
      )
      return
    }
    if isNumbers, isWhole, !isFar, let reading = Self.numberedClasses(survey) {
      self = reading
      return
    }
    self = Self.numbers(survey, isNumbers: isNumbers)
  }

  private init(_ task: Task, _ reason: String) { (self.task, self.reason) = (task, reason) }

  /// Whole numbers that look like classes; nil for others.
  private static func numberedClasses(_ survey: ColumnSurvey) -> TargetReading? {
    guard !survey.distinctIsMore else { return nil }
    let counts = survey.distinctNumbers, distinct = counts.count
    if distinct == 2 { return TargetReading(.binary, "2 different whole numbers") }
    guard distinct <= mostNumberedClasses, survey.minimum == 0 || survey.minimum == 1,
      survey.maximum - survey.minimum == Double(distinct - 1)
    else { return nil }
    let ordered = counts.sorted { $0.key < $1.key }.map(\.value)
    let rare = Double(ordered.min() ?? 0) < rarest * Double(ordered.max() ?? 0)
    // Counts begin at 0 and get rarer, but for chance.
    let isFalling = zip(ordered, ordered.dropFirst()).allSatisfy { 4 * $1 <= 5 * $0 + 4 }
    let isCount = survey.minimum == 0 && distinct > 4 && isFalling && 2 * (ordered.last ?? 0) < ordered[0]
    guard !rare, !isCount else { return nil }
    return TargetReading(
      .classes(distinct),
      "the whole numbers \(Int(survey.minimum)) to \(Int(survey.maximum)), none much rarer than others")
  }

  private static func numbers(_ survey: ColumnSurvey, isNumbers: Bool) -> TargetReading {
    var reading = shape(survey, isNumbers: isNumbers)
    guard isNumbers, survey.minimum > 1e-300, survey.maximum.isFinite else { return reading }
    var reach = survey.minimum * 10
    while reach <= survey.maximum { (reading.powersOfTen, reach) = (reading.powersOfTen + 1, reach * 10) }
    return reading
  }

  private static func shape(_ survey: ColumnSurvey, isNumbers: Bool) -> TargetReading {
    guard isNumbers else { return TargetReading(.numbers, "numbers, in a style of their own") }
    if survey.negatives == 0, survey.maximum > 1, Double(survey.zeros) >= manyZeros * Double(survey.numbers) {
      let share = Int((100 * Double(survey.zeros) / Double(survey.numbers)).rounded())
      let isWhole = survey.wholeNumbers == survey.numbers
      return TargetReading(.counts, "\(isWhole ? "counts" : "amounts") from 0 on, \(share)% zeros")
    }
    let shape = NumberShape(survey.sample.values)
    if shape.share(beyond: farOff) >= heavyShare {
      return TargetReading(.heavyTails, "numbers, some of them far off the others")
    }
    return TargetReading(
      .numbers, "numbers, \(survey.distinctIsMore ? "many" : "\(survey.distinctNumbers.count)") different ones")
  }
}
