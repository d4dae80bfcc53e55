internal import Advice
internal import Datasets
internal import Foundation
internal import Specs
internal import Training

/// Advice on a loss as text: what is predicted, what the targets look like, the losses with what speaks for them, and
/// those ruled out.
struct AdviceReport {
  var style: TerminalStyle
  /// Characters of a line; fragments to paste are never broken.
  var width: Int
  /// Whether everything is shown, or what fits on a screen.
  var showsAll = false

  /// Of facts, losses, reasons of a loss, and losses ruled out, how many are shown.
  private static let shownFacts = 4, shownLosses = 3, shownReasons = 2, shownRuledOut = 5
  /// The place of text behind a word at the left.
  private static let indent = 10

  func lines(_ advice: DataAdvice) -> [String] {
    var lines = head(advice)
    lines += facts(advice.advice)
    lines += losses(advice)
    lines += ruledOut(advice.advice)
    let notes = advice.advice.warnings + advice.notes
    for note in notes { lines += wrap("! ", note, indent: 2) }
    return style.isPlain ? lines.map(Self.plain) : lines
  }

  /// The first loss alone; a sentence where none is advised.
  func first(_ advice: DataAdvice) -> [String] {
    guard let first = advice.losses.first else { return [advice.advice.reading.reason] }
    return Self.members(of: first.candidate.fragment)
  }

  // MARK: - What is predicted

  private func head(_ advice: DataAdvice) -> [String] {
    let own = advice.advice, reading = own.reading
    let target = advice.targets.prefix(4).map { "'\($0.excerpt(40))'" }.joined(separator: ", ")
    let more = advice.targets.count > 4 ? " and \(advice.targets.count - 4) more" : ""
    var lines = wrap(
      "",
      "\(target)\(more) of \(advice.file.oneLine): \(advice.rows.counted("training row")), \(advice.features.counted("feature"))",
      indent: 2)
    let override = reading.override.map { "; \($0)" } ?? ""
    lines += labelled(
      "taken for", "\(reading.reason.hasPrefix(reading.words) ? "" : "\(reading.words): ")\(reading.reason)\(override)")
    if !own.ranked.isEmpty {
      let reason = own.functionalReason.isEmpty ? "" : ": \(own.functionalReason)"
      lines += labelled("predicts", "\(words(own.functional, reading))\(reason)")
    }
    if let stated = advice.stated { lines += labelled("config", words(stated)) }
    lines += labelled("looks at", lookedAt(advice))
    return lines
  }

  private func words(_ functional: Functional, _ reading: ProblemReading) -> String {
    switch functional {
    case .mean: "the mean"
    case .median: "the median"
    case .quantile(let level): "the value that a share of \(level) lies below"
    case .probability: reading.kind == .labels ? "the probability of each label" : "the probability of yes"
    case .distribution: "the probability of each class"
    case .ranking: "the order of rows"
    }
  }

  private func words(_ stated: StatedLoss) -> String {
    if let rank = stated.rank {
      return "its loss '\(stated.kind)' is \(rank == 1 ? "the first" : "number \(rank)") of those below"
    }
    return "its loss '\(stated.kind)' is none of those below" + (stated.problem.map { ": \($0)" } ?? "")
  }

  private func lookedAt(_ advice: DataAdvice) -> String {
    guard let fit = advice.advice.fit else { return "the targets alone" }
    let features =
      advice.fittedFeatures < advice.features
      ? " (\(advice.fittedFeatures) of \(advice.features.counted("feature")), those that go with the target most)" : ""
    return fit + features
  }

  // MARK: - Facts

  private func facts(_ advice: LossAdvice) -> [String] {
    let facts = showsAll ? advice.facts[...] : advice.facts.filter { $0.effect > 0 }.prefix(Self.shownFacts)
    var lines: [String] = []
    for (index, fact) in facts.enumerated() {
      lines += labelled(index == 0 ? "found" : "", fact.words)
    }
    return lines
  }

  // MARK: - Losses

  private func losses(_ advice: DataAdvice) -> [String] {
    let shown = showsAll ? advice.losses.count : min(Self.shownLosses, advice.losses.count)
    var lines: [String] = []
    // What speaks for several is said once.
    var said: Set<String> = []
    for (index, loss) in advice.losses.prefix(shown).enumerated() {
      lines.append("")
      lines += self.lines(loss, number: index + 1, targets: advice.targets.count, except: said)
      said.formUnion(loss.candidate.reasons)
    }
    let left = advice.losses.count - shown
    if left > 0 {
      let names = advice.losses.suffix(left).map(\.candidate.kind).joined(separator: ", ")
      lines.append("")
      lines += wrap("", "also possible: \(names) (--all)", indent: 2)
    }
    return lines
  }

  private func lines(_ loss: AdvisedLoss, number: Int, targets: Int, except said: Set<String>) -> [String] {
    let candidate = loss.candidate
    let parameters = candidate.parameters.map { "\($0.key) \($0.value.compactText)" }.joined(separator: ", ")
    var lines = wrap(
      "\(number)  ", candidate.kind + (parameters.isEmpty ? "" : " (\(parameters))") + ": " + candidate.formula,
      indent: 5)
    let reasons =
      showsAll ? candidate.reasons[...] : candidate.reasons.filter { !said.contains($0) }.prefix(Self.shownReasons)
    for reason in reasons { lines += wrap("   + ", reason, indent: 5) }
    if !candidate.cost.isEmpty { lines += wrap("   - ", candidate.cost, indent: 5) }
    for warning in candidate.warnings { lines += wrap("   ! ", warning, indent: 5) }
    // To be pasted: never broken.
    let members = Self.members(of: candidate.fragment), line = members.joined(separator: " ")
    lines += (line.count + 3 <= width ? [line] : members).map { "   " + $0 }
    if let units = loss.units, units != max(1, targets) {
      lines.append("   and \(units.counted("unit")) in the last layer")
    }
    return lines
  }

  /// The keys of a fragment as they stand in a config, one to a line.
  private static func members(of fragment: ConfigValue) -> [String] {
    guard case .object(let members) = fragment else { return [] }
    return members.flatMap { member in
      guard member.key == "data", case .object(let own) = member.value else {
        return ["\(ConfigValue.string(member.key).compactText): \(member.value.compactText),"]
      }
      return own.map { "in \"data\": \(ConfigValue.string($0.key).compactText): \($0.value.compactText)," }
    }
  }

  // MARK: - What is ruled out

  private func ruledOut(_ advice: LossAdvice) -> [String] {
    let reasons = advice.ruledOut.filter { $0.sort != .otherProblem }
    let others = advice.ruledOut.filter { $0.sort == .otherProblem }
    guard !advice.ruledOut.isEmpty else { return [] }
    // What the data refuse comes first.
    let sorted = reasons.filter { $0.sort == .refused } + reasons.filter { $0.sort != .refused }
    let shown = showsAll ? sorted.count : min(Self.shownRuledOut, sorted.count)
    let label = max(10, sorted.prefix(shown).map(\.kind.count).max() ?? 0) + 2
    var lines = ["", "ruled out"]
    for out in sorted.prefix(shown) {
      let words = (out.place.map { "\($0): " } ?? "") + out.reason
      lines += wrap(pad("  " + out.kind, label + 2), words, indent: label + 2)
    }
    if sorted.count > shown {
      let names = sorted.dropFirst(shown).map(\.kind).joined(separator: ", ")
      lines += wrap("  ", "and \(names) (--all)", indent: 4)
    }
    if showsAll {
      for out in others { lines += wrap(pad("  " + out.kind, label + 2), out.reason, indent: label + 2) }
    } else if !others.isEmpty {
      lines += wrap("  ", "for other problems: \(others.map(\.kind).joined(separator: ", "))", indent: 4)
    }
    return lines
  }

  // MARK: - Lines

  private func labelled(_ label: String, _ text: String) -> [String] {
    wrap(pad(label, Self.indent), text, indent: Self.indent)
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// A text behind a word as lines, the later ones set in.
  private func wrap(_ head: String, _ text: String, indent: Int) -> [String] {
    var lines: [String] = [], line = head, isEmpty = true
    for word in text.oneLine.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    lines.append(line)
    return lines
  }

  // MARK: - Terminals of ASCII

  /// What stands for signs of formulas where there are none.
  private static let signs: [Character: String] = [
    "−": "-", "–": "-", "·": "*", "×": "x", "²": "^2", "³": "^3", "½": "1/2", "√": "sqrt ", "≤": "<=", "≥": ">=",
    "≠": "!=",
    "±": "+-", "≈": "~", "Σ": "sum ", "∑": "sum ", "τ": "tau", "μ": "mu", "σ": "sigma", "ρ": "rho", "δ": "delta",
    "β": "beta",
    "γ": "gamma", "α": "alpha", "ε": "eps", "…": "...", "’": "'", "‘": "'", "“": "\"", "”": "\"", "→": "->", "ᵖ": "^p",
    "⁻": "^-",
    "ˢ": "s", "¹": "^1", "∞": "inf", "⁄": "/", "ŷ": "p", "∈": "in", "χ": "chi",
  ]

  static func plain(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : String(text.flatMap { signs[$0] ?? String($0) })
  }
}
