internal import Metrics
package import Networks
internal import Specs

extension LossAdvice {
  /// What is wrong with the advice, of which there must be nothing: a loss that the data refuse among the ranked, a
  /// kind that is not in exactly one of the lists, a number that is none, a metric that does not exist.
  package func problems(with input: AdviceInput, losses: LossRegistry = .standard) -> [String] {
    var problems: [String] = []
    let demand = LossDemand(input: input, reading: reading, losses: losses)
    for candidate in ranked {
      if let refusal = demand.refusal(candidate.loss, transform: candidate.targetTransform, outputs: candidate.outputs)
      {
        problems.append("\(candidate.kind) is advised, and \(refusal.reason)")
      }
      if !candidate.score.isFinite || candidate.score < 0 || candidate.score > 1 {
        problems.append("\(candidate.kind) has the score \(candidate.score)")
      }
      for metric in candidate.metrics where !MetricRegistry.standard.kinds.contains(metric) {
        problems.append("\(candidate.kind) watches \(metric), which does not exist")
      }
      if candidate.fragment.compactText.contains("null") {
        problems.append("\(candidate.kind) has a null in its fragment")
      }
      if candidate.reasons.isEmpty || candidate.formula.isEmpty || candidate.cost.isEmpty {
        problems.append("\(candidate.kind) lacks a reason, a formula or a cost")
      }
    }
    if zip(ranked, ranked.dropFirst()).contains(where: { $0.score < $1.score }) { problems.append("not in order") }
    let kinds = ranked.map(\.kind) + ruledOut.map(\.kind)
    if kinds.sorted() != losses.kinds.sorted() { problems.append("kinds are missing or there twice: \(kinds)") }
    if ruledOut.contains(where: \.reason.isEmpty) { problems.append("ruled out without a reason") }
    for fact in facts where !fact.effect.isFinite || fact.values.contains(where: { !$0.number.isFinite }) {
      problems.append("\(fact.key) is no number")
    }
    let words = facts.map(\.words) + warnings + ranked.flatMap { $0.reasons + $0.warnings } + [reading.reason]
    for sentence in words where ["nan", "-inf", " inf"].contains(where: sentence.contains) { problems.append(sentence) }
    return problems
  }
}
