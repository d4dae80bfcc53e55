internal import Datasets
internal import Specs
internal import Statistics
internal import Training

extension Comparison {
  /// What a person should know before anything is trained.
  func notes(classes: [Int]?) -> [String] {
    rowNotes + timeNotes + watchNotes + (classes.map(rareClasses) ?? []) + metricNotes + lookNotes
  }

  private var first: LoadedData { trials.data[0] }

  private var rowNotes: [String] {
    let plan = trials.plan, section = candidates[0].config.data, count = options.folds
    let how =
      switch plan.rule {
      case .rows: "at random"
      case .classes: "each with its share of every class"
      case .groups(_, let groups): "in whole groups, \(groups) by \(first.foldKeys?.column ?? "")"
      case .time: "in time by \(first.foldKeys?.column ?? ""): each is tested on what follows"
      }
    var notes = ["\(count) folds of \(plan.rows.counted("row")), \(how)"]
    if case .time = plan.rule, options.repeats > 1 || options.maxRepeats != nil {
      notes.append("folds in time are the same in each repeat: repeats differ by first weights and order alone")
    }
    if case .groups = plan.rule, first.description.targetKind == .classes {
      notes.append("folds of whole groups do not heed classes")
    }
    if section.test != nil { notes.append("the test part is left out: it is for the one that is chosen") }
    if case .source? = section.validation {
      notes.append(
        "data.validation, a source of its own, is not used: rows that watch a training are cut from its fold")
    }
    return notes
  }

  private var timeNotes: [String] {
    guard candidates.contains(where: { $0.config.training.timeLimit != nil }) else { return [] }
    return ["training.time_limit is not heeded: what a training gives would depend on the machine"]
  }

  private var watchNotes: [String] {
    let shares = candidates.map(\.config.watchedShare)
    guard let share = shares.first(where: { $0 > 0 }) else { return [] }
    let who = shares.allSatisfy { $0 > 0 } ? "" : " where a candidate watches its training"
    return [
      "\(ConfigValue.number(share).compactText) of each fold's training rows watch the training\(who): no test row does"
    ]
  }

  private func rareClasses(_ classes: [Int]) -> [String] {
    guard case .classes = trials.plan.rule else { return [] }
    let names = first.description.classNames, counts = FoldPlan.lists(of: classes).map(\.count)
    let rare = counts.indices.filter { counts[$0] > 0 && counts[$0] < options.folds }
    guard !rare.isEmpty else { return [] }
    let words = rare.prefix(5).map { "'\(names[$0].excerpt(40))' (\(counts[$0]))" }.joined(separator: ", ")
    return [
      "warning: rarer than there are folds: \(words)\(rare.count > 5 ? ", …" : ""): some folds have no row of "
        + "\(rare.count == 1 ? "that class" : "those classes") to test on"
    ]
  }

  private var lookNotes: [String] { looks.map { ["until sure, by \(metrics[0].name): \($0.words)"] } ?? [] }

  private var metricNotes: [String] {
    var notes: [String] = []
    for metric in metrics {
      let names = candidates.filter { metric.traits.isMadeSmall(by: $0.config) }.map { "'\($0.name.excerpt(60))'" }
      // Where all train on it, it favours nobody.
      if !names.isEmpty, names.count < candidates.count {
        let shown = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        notes.append("warning: \(metric.name) is what \(shown) makes small in training: it favours that loss")
      }
    }
    let others = metrics.filter { !$0.traits.isMean }.map(\.name)
    if !others.isEmpty {
      notes.append(
        "\(others.joined(separator: ", ")): no mean over rows, so that the mean over folds is not the number of all rows together"
      )
    }
    return notes
  }
}
