internal import Specs

extension SweepReport {
  /// Rows of the table at most.
  private static let rows = 20
  /// Keys that have a column at most.
  private static let columns = 6

  /// The table and what is to be said of it.
  ///
  /// - Parameter isPlain: whether ASCII alone may be written.
  package func lines(isPlain: Bool) -> [String] {
    let order = order, shown = order.prefix(Self.rows)
    var lines = ["\(metric.name), \(metric.higherIsBetter ? "more" : "less") is better"]
    lines += table(Array(shown)).map { "  " + $0 }
    if order.count > shown.count { lines.append("  … and \(order.count - shown.count) more in \(Self.fileName)") }
    lines.append("")
    if plan.brackets.contains(where: { $0.rungs.count > 1 }) {
      for (number, bracket) in plan.brackets.enumerated() {
        let name = plan.brackets.count > 1 ? "bracket \(number + 1): " : ""
        lines.append(name + bracket.words)
      }
    }
    lines.append(counts)
    lines.append(conclusion)
    return isPlain ? lines.map { $0.replacing("…", with: "...") } : lines
  }

  private var counts: String {
    let states = plan.trials.indices.map(state)
    let parts = [State.done, .halted, .diverged, .open].compactMap { state -> String? in
      let count = states.count { $0 == state }
      let words =
        switch state {
        case .done: "trained for the whole budget"
        case .halted: "ended early"
        case .diverged: "diverged"
        case .open: "not trained"
        }
      return count > 0 ? "\(count) \(words)" : nil
    }
    return "\(states.count.counted("trial")): " + parts.joined(separator: ", ")
  }

  private var conclusion: String {
    guard let best else { return "no trial was trained for the whole budget and has a value, so there is no best one" }
    let judged = plan.trials.indices.count { !value(of: $0).isNaN }
    let name = "the best is trial \(best + 1), \(metric.name) \(ComparisonText.short(value(of: best)))"
    guard judged > 1 else { return name }
    return name + ": the best of \(judged) values, chosen by them, and so better than what new data will show; "
      + "judge it by test rows, or with ptrain compare"
  }

  private func table(_ trials: [Int]) -> [String] {
    let keys = Array(plan.space.keys.prefix(Self.columns)), names = Self.short(keys.map(\.key))
    let isMore = plan.space.keys.count > keys.count
    let heads = ["trial"] + names + (isMore ? ["…"] : []) + [metric.name, plan.budget.unit, "state"]
    let rows = trials.map { trial -> [String] in
      let cells = plan.trials[trial].settings.prefix(Self.columns).map { Self.cell($0.value) }
      let value = value(of: trial)
      var state = state(of: trial).rawValue
      if value.isNaN, state != State.diverged.rawValue, let reason = reason(of: trial) {
        state += " (\(reason.excerpt(60)))"
      }
      return ["\(trial + 1)"] + cells + (isMore ? ["…"] : [])
        + [value.isNaN ? "none" : ComparisonText.short(value), length(of: trial), state]
    }
    let all = [heads] + rows
    let widths = heads.indices.map { cell in all.map { $0[cell].count }.max() ?? 0 }
    return all.map { row in
      let text = row.indices.map { cell in
        let space = String(repeating: " ", count: widths[cell] - row[cell].count)
        return cell == row.count - 1 ? row[cell] : space + row[cell]
      }
      return text.joined(separator: "  ")
    }
  }

  /// Steps or epochs that a trial came to.
  private func length(of trial: Int) -> String {
    guard let last = lastRung(of: trial) else { return "0" }
    return "\(plan.brackets[plan.bracket(of: trial)].rungs[last].budget.count)"
  }

  /// A value as a cell of the table.
  private static func cell(_ value: ConfigValue) -> String {
    switch value {
    case .number(let number): ComparisonText.short(number)
    case .string(let word): word.excerpt(24)
    case .object: value["type"].map { kind in cell(kind) } ?? value.compactText.excerpt(24)
    default: value.compactText.excerpt(24)
    }
  }

  /// Keys without what no other of them needs: as many of their last parts as tell them apart.
  static func short(_ keys: [String]) -> [String] {
    let parts = keys.map { $0.split(separator: ".").map(String.init) }
    return parts.indices.map { index in
      let own = parts[index]
      for count in 1...max(1, own.count) {
        let tail = own.suffix(count)
        if parts.indices.allSatisfy({ $0 == index || parts[$0].suffix(count) != tail }) {
          return tail.joined(separator: ".")
        }
      }
      return keys[index]
    }
  }
}
