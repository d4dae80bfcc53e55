internal import Networks
internal import Specs

extension LossAdvice {
  /// Advice on classes by name.
  init(classes names: [String], _ codes: [Int], of input: AdviceInput, _ losses: LossRegistry) {
    var counts = [Int](repeating: 0, count: names.count)
    for code in codes where names.indices.contains(code) { counts[code] += 1 }
    let present = counts.count { $0 > 0 }
    guard present > 1 else {
      self.init(
        nothing: ProblemReading(
          .constant, reason: present == 1 ? "every row is of the same class" : "there is no row with a class"),
        of: input, losses)
      return
    }
    let reading = ProblemReading(
      names.count == 2 ? .binary : .classes, reason: names.count.counted("class"), classes: names)
    self.init(classesRead: reading, counts: counts, rows: codes.count, of: input, losses)
  }

  /// Advice on classes, however they were written.
  init(classesRead reading: ProblemReading, counts: [Int], rows: Int, of input: AdviceInput, _ losses: LossRegistry) {
    let total = Double(max(1, counts.reduce(0, +)))
    let shares = counts.map { Double($0) / total }
    var warnings: [String] = []
    let least = shares.min() ?? 0, most = shares.max() ?? 0
    if least < 0.5 / Double(max(1, shares.count)) || input.classCosts != nil {
      warnings.append(ClassRanking.calibration)
    }
    if let costs = input.classCosts, reading.kind == .binary {
      warnings.append(
        "at these costs yes is the cheaper answer from a probability of \(NumberText.short(costs.threshold)) on: "
          + "\"cost\": {\"false_positive\": \(NumberText.short(costs.falsePositive)), \"false_negative\": "
          + "\(NumberText.short(costs.falseNegative))} beside the loss sets it")
    }
    var facts: [Fact] = []
    if let low = shares.firstIndex(of: least), let high = shares.firstIndex(of: most), low != high {
      let names = reading.classes
      func name(_ index: Int) -> String { index < names.count ? "'\(names[index].excerpt(30))'" : "class \(index)" }
      facts.append(
        Fact(
          "class_balance", [.init("least", least), .init("most", most), .init("classes", Double(shares.count))],
          "the rarest class, \(name(low)), has \(NumberText.percent(least)) of the rows, the most frequent, \(name(high)), "
            + NumberText.percent(most), effect: most > 0 ? 1 - least / most : 0))
    } else {
      facts.append(
        Fact(
          "class_balance", [.init("least", least), .init("most", most), .init("classes", Double(shares.count))],
          "the classes are equally frequent", effect: 0))
    }
    if let fewest = counts.min(), fewest < 10 {
      warnings.append(
        "the rarest class has \(fewest.counted("row")): too few to learn it from, and to measure how well it is learned"
      )
    }
    facts += TableFacts.facts(input)
    let isBinary = reading.kind == .binary
    let functional: Functional = input.wanted == .ranking ? .ranking : isBinary ? .probability : .distribution
    self.init(
      functional: functional,
      functionalReason: functional == .ranking
        ? "asked for; probabilities give the best order too"
        : "decisions follow from probabilities and costs, at any time",
      reading: reading, facts: facts,
      contenders: ClassRanking.contenders(reading.kind, shares: shares, costs: input.classCosts), warnings: warnings,
      fit: nil, of: input, losses)
  }

  /// Advice on several columns of labels, or of shares that add up to 1.
  init(sharesOf columns: [[Double]], _ kind: ProblemReading.Kind, of input: AdviceInput, _ losses: LossRegistry) {
    let rows = columns.map(\.count).min() ?? 0
    guard rows > 0, columns.count > 0 else {
      self.init(nothing: ProblemReading(.constant, reason: "there is no row with a target"), of: input, losses)
      return
    }
    let shares = columns.map { column in column.reduce(0) { $0 + ($1.isFinite ? $1 / Double(rows) : 0) } }
    let reading = ProblemReading(
      kind,
      reason: kind == .labels
        ? "\(columns.count.counted("column")) of 0 and 1"
        : "\(columns.count.counted("column")) of shares that add up to 1 in each row",
      alternatives: kind == .labels ? [.distribution] : [.labels], columns: columns.count,
      isGiven: input.task == .labels || input.task == .distribution)
    let least = shares.min() ?? 0, most = shares.max() ?? 0
    var facts = [
      Fact(
        "column_means", [.init("least", least), .init("most", most), .init("columns", Double(columns.count))],
        "the columns' means are from \(NumberText.short(least)) to \(NumberText.short(most))",
        effect: most > 0 ? 1 - least / most : 0)
    ]
    facts += TableFacts.facts(input)
    self.init(
      functional: kind == .labels ? .probability : .distribution,
      functionalReason: kind == .labels ? "each label has a probability of its own" : "the shares of each row",
      reading: reading, facts: facts, contenders: ClassRanking.contenders(kind, shares: shares, costs: nil),
      warnings: kind == .labels && least < 0.1 ? [ClassRanking.calibration] : [], fit: nil, of: input, losses)
  }
}
