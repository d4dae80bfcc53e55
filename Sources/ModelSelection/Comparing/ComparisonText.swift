internal import Foundation
internal import Specs
internal import Statistics

/// A comparison as lines for a person.
package struct ComparisonText {
  /// Whether ASCII alone may be written.
  var isPlain: Bool

  package init(isPlain: Bool) { self.isPlain = isPlain }

  private static let heads = [
    "candidate", "mean", "difference", "95 % interval", "P(better)", "P(equivalent)", "P(worse)", "verdict",
  ]

  /// One table for each metric, and what ended the repeats.
  package func lines(_ report: ComparisonReport) -> [String] {
    var lines: [String] = []
    for section in report.table.sections { lines += table(section, report) + [""] }
    if !report.costs.isEmpty {
      lines += ["what decisions cost, by the probabilities of rows that were not learned from"]
    }
    lines += report.costs.map { "  " + $0.line } + (report.costs.isEmpty ? [] : [""])
    let judged =
      report.table.folds.counted("fold") + (report.table.folds == 1 ? "" : " (\(report.repeats) × \(report.folds))")
    lines.append(
      "from \(judged); " + Verdicts.legend(level: report.table.level, candidates: report.results.count - 1))
    for (index, results) in report.results.enumerated() where results.contains(where: \.hasDiverged) {
      lines.append(
        "\(report.table.sections[0].entries[index].candidate): \(report.diverged(index)) of \(results.count.counted("training")) diverged"
      )
    }
    if let ending = report.ending {
      lines.append("until sure: " + ending.words(report.table.sections[0].entries.map(\.candidate)))
    }
    return lines.map(shown)
  }

  /// What is no letter, in ASCII.
  private static let plain = ["±": "+-", "≤": "<=", "≥": ">=", "×": "x", "√": "sqrt", "·": "*", "…": "..."]

  private func shown(_ text: String) -> String {
    isPlain ? Self.plain.reduce(text) { $0.replacing($1.key, with: $1.value) } : text
  }

  private func table(_ section: ComparisonTable.Section, _ report: ComparisonReport) -> [String] {
    let metric = section.metric
    let region = section.region.isFinite ? Self.short(section.region) : "?"
    let title =
      "\(metric.name), \(metric.higherIsBetter ? "more" : "less") is better; equivalent within ± \(region)"
      + (section.isRelative ? " (1 % of the reference's mean)" : "")
    let rows = [Self.heads] + section.entries.enumerated().map { cells($1, section, isReference: $0 == 0) }
    let widths = Self.heads.indices.map { cell in rows.map { $0[cell].count }.max() ?? 0 }
    return [title]
      + rows.map { row in
        let text = row.indices.map { cell in
          let space = String(repeating: " ", count: widths[cell] - row[cell].count)
          return cell == 0 || cell == 7 ? row[cell] + space : space + row[cell]
        }.joined(separator: "  ")
        return "  " + String(text.reversed().drop { $0 == " " }.reversed())
      } + winner(section)
  }

  private func winner(_ section: ComparisonTable.Section) -> [String] {
    guard let winner = section.winner, winner.corrected.isFinite, winner.corrected != winner.estimate else { return [] }
    return [
      "  the best, \(section.entries[winner.winner].candidate.excerpt(60)): \(Self.short(winner.estimate)), and "
        + "\(Self.short(winner.corrected)) without the luck of being chosen"
    ]
  }

  private func cells(
    _ entry: ComparisonTable.Entry, _ section: ComparisonTable.Section, isReference: Bool
  ) -> [String] {
    let mean = entry.mean.isFinite ? Self.short(entry.mean) : "none"
    guard !isReference, let comparison = entry.comparison else {
      let lack = entry.missing > 0 ? "; \(Self.lack(entry))" : ""
      return [entry.candidate.excerpt(60), mean, "", "", "", "", "", "the reference\(lack)"]
    }
    func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + Self.short(value) }
    let interval =
      comparison.low.isFinite ? "[\(signed(comparison.low)), \(signed(comparison.high))]" : ""
    let probabilities = entry.probabilities(higherIsBetter: section.metric.higherIsBetter)
    let shares = probabilities.map { [$0.better, $0.equivalent, $0.worse].map(Self.probability) } ?? ["", "", ""]
    var verdict = entry.verdict?.words(comparison) ?? ""
    if entry.missing > 0, let reason = entry.reason { verdict += " (\(reason.excerpt(60)))" }
    return
      [entry.candidate.excerpt(60), mean, comparison.mean.isFinite ? signed(comparison.mean) : "", interval] + shares
      + [verdict]
  }

  private static func lack(_ entry: ComparisonTable.Entry) -> String {
    "none in \(entry.missing.counted("fold"))"
      + (entry.reason.map { " (\($0.excerpt(60)))" } ?? "")
  }

  /// Four significant digits.
  package static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    return String(format: "%.4g", value)
  }

  /// Never 0 or 1 where it is not.
  private static func probability(_ value: Double) -> String {
    if value < 0.001 { return value <= 0 ? "0" : "<0.001" }
    if value > 0.999 { return value >= 1 ? "1" : ">0.999" }
    return String(format: "%.3f", value)
  }
}
