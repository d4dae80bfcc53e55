internal import Datasets
internal import Networks
internal import Specs
internal import Statistics

extension LossAdvice {
  /// Columns that are studied; beyond them the first stand for all.
  private static let columnLimit = 16

  /// Advice on one or several columns of numbers.
  init(numbers columns: [[Double]], of input: AdviceInput, _ losses: LossRegistry) {
    let several = columns.count > 1
    let task = several && input.task == nil ? nil : input.task
    let targets = columns.prefix(Self.columnLimit).map { TargetColumn($0, weights: input.weights) }
    // Of several columns none is read as classes: only a single one can be.
    let sure = targets.map { several ? nil : ProblemReading(sure: $0, task: task) }
    if let first = sure.first, let reading = first, [.binary, .classes, .constant].contains(reading.kind) {
      self.init(numbersAs: reading, targets[0], of: input, losses)
      return
    }
    let studied = targets.filter { $0.distinct > 1 }.map { NumberStudy($0, input: input) }
    guard !studied.isEmpty else {
      self.init(
        nothing: ProblemReading(
          .constant, reason: targets.isEmpty ? "there is no target" : "no target has two different numbers"),
        of: input, losses)
      return
    }
    let wanted = input.quantileCosts.map { Functional.quantile(min(0.999999, max(1e-6, $0.level))) } ?? input.wanted
    let rankings = studied.enumerated().map { index, study in
      let reading = (several ? nil : sure[index]) ?? ProblemReading(study, task: task)
      return NumberRanking(study, reading: reading, wanted: wanted)
    }
    var reading = rankings[0].reading
    reading.columns = max(1, columns.count)
    if several, Set(rankings.map(\.reading.kind)).count > 1 {
      reading = ProblemReading(
        .numbers, reason: "\(columns.count) columns of numbers of different kinds", columns: columns.count)
    }
    let contenders = Self.joined(rankings.map(\.contenders))
    let first = rankings[0]
    var facts = studied.count == 1 ? NumberFacts.facts(studied[0], input: input) : []
    if studied.count > 1 {
      for study in studied { facts += NumberFacts.facts(study, input: input).prefix(2) }
    }
    facts += TableFacts.facts(input)
    var warnings: [String] = []
    if let cap = studied.compactMap(\.column.cap).first {
      let word = cap.isUpper ? "most" : "least"
      warnings.append(
        "\(NumberText.percent(cap.share)) of the targets are exactly the \(word), \(NumberText.short(cap.value, digits: 6)), as if cut "
          + "off there: predictions near it are drawn to it, and means beyond it cannot be learned")
    }
    if let index = studied.firstIndex(where: { $0.fixedZeros != nil }), let fixed = studied[index].fixedZeros {
      let name =
        fixed.feature < input.featureNames.count ? input.featureNames[fixed.feature] : "feature \(fixed.feature)"
      warnings.append(
        "the target is 0 in all \(fixed.rows.counted("row")) where '\(name.excerpt(40))' is \(NumberText.short(fixed.value)): these rows were left out "
          + "of the residuals, since no loss has to learn them")
    }
    self.init(
      functional: first.functional, functionalReason: first.functionalReason, reading: reading, facts: facts,
      contenders: contenders, warnings: warnings,
      fit: input.features.isEmpty ? nil : studied[0].identity.words(of: studied[0].features), of: input, losses)
  }

  /// Contenders of several columns: the mean of their scores; parameters of the first.
  private static func joined(_ lists: [[Contender]]) -> [Contender] {
    guard lists.count > 1, var joined = lists.first else { return lists.first ?? [] }
    for list in lists.dropFirst() {
      for contender in list {
        if let index = joined.firstIndex(where: { $0.kind == contender.kind }) {
          joined[index].score += contender.score
          if joined[index].transform != contender.transform { joined[index].transform = .standard }
          if contender.kind == "gamma" || contender.kind == "msle" { joined[index].transform = .none }
        } else {
          joined.append(contender)
        }
      }
    }
    for index in joined.indices { joined[index].score /= Double(lists.count) }
    return joined
  }

  /// One column of numbers that is read as classes, or has nothing to learn.
  private init(numbersAs reading: ProblemReading, _ column: TargetColumn, of input: AdviceInput, _ losses: LossRegistry)
  {
    guard reading.kind != .constant else {
      self.init(nothing: reading, of: input, losses)
      return
    }
    let counts = column.frequencies.map(\.count)
    self.init(classesRead: reading, counts: counts, rows: column.count, of: input, losses)
  }

  /// Nothing to learn: all losses are ruled out for that reason.
  init(nothing reading: ProblemReading, of input: AdviceInput, _ losses: LossRegistry) {
    self.init(
      functional: .mean, functionalReason: "there is nothing to predict", reading: reading,
      facts: TableFacts.facts(input), ranked: [],
      ruledOut: losses.kinds.map { RuledOut($0, .otherProblem, reading.reason) }, warnings: [], fit: nil)
  }
}
