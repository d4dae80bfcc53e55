internal import Datasets
internal import Foundation
internal import Kernels
internal import Networks
internal import Specs

extension LossAdvice {
  /// Asks the losses whether they take the data, and sorts every kind of the registry: ranked, or ruled out with a
  /// reason.
  init(
    functional: Functional, functionalReason: String, reading: ProblemReading, facts: [Fact], contenders: [Contender],
    warnings: [String], fit: String?, of input: AdviceInput, _ losses: LossRegistry
  ) {
    let demand = LossDemand(input: input, reading: reading, losses: losses)
    var ranked: [Candidate] = [], ruledOut: [RuledOut] = []
    func place(_ refusal: LossDemand.Refusal) -> String? { refusal.row.map(input.row) }
    for kind in losses.kinds {
      guard let contender = contenders.first(where: { $0.kind == kind }) else {
        ruledOut.append(Self.ruledOut(kind, reading, functional, demand, input))
        continue
      }
      let loss = ConfigValue.object([.init("type", .string(kind))] + contender.parameters)
      var transform = contender.transform
      var refusal = demand.refusal(loss, transform: transform, outputs: Self.outputs(contender, reading))
      // A logarithm that some values do not have: 1 + y, or no logarithm.
      for other in [TargetTransform.log1p, .standard] where refusal != nil && transform.function != .identity {
        guard kind == "mse" || kind == "huber" || kind == "mae" else { break }
        transform = other
        refusal = demand.refusal(loss, transform: other, outputs: Self.outputs(contender, reading))
      }
      if let refusal {
        ruledOut.append(RuledOut(kind, .refused, refusal.reason, place: place(refusal)))
        continue
      }
      let note = LossNote.all[kind]
      ranked.append(
        Candidate(
          kind: kind, parameters: contender.parameters, group: contender.group ?? note?.group ?? .squared,
          score: NumberText.rounded(contender.score), formula: note?.formula ?? "",
          reasons: contender.reasons.filter { !$0.isEmpty }, cost: note?.cost ?? "", metrics: contender.metrics,
          targetTransform: transform,
          warnings: transform.function == .identity
            ? contender.warnings.filter { $0 != NumberRanking.smearing } : contender.warnings,
          outputs: Self.outputs(contender, reading)))
    }
    let order = ranked.indices.sorted { (-ranked[$0].score, $0) < (-ranked[$1].score, $1) }
    self.init(
      functional: functional, functionalReason: functionalReason, reading: reading,
      facts: facts.enumerated().sorted { (-$0.element.effect, $0.offset) < (-$1.element.effect, $1.offset) }
        .map(\.element),
      ranked: order.map { ranked[$0] }, ruledOut: ruledOut, warnings: warnings, fit: fit)
  }

  /// Outputs of the network.
  private static func outputs(_ contender: Contender, _ reading: ProblemReading) -> Int {
    switch reading.kind {
    case .binary, .classes: contender.outputs ?? reading.classes.count
    default: (contender.outputs ?? 1) * reading.columns
    }
  }

  /// Why a kind that no rule proposes is not advised.
  private static func ruledOut(
    _ kind: String, _ reading: ProblemReading, _ functional: Functional, _ demand: LossDemand, _ input: AdviceInput
  ) -> RuledOut {
    guard let note = LossNote.all[kind] else {
      return RuledOut(kind, .otherProblem, "these rules know nothing of it")
    }
    if note.problems.isEmpty { return RuledOut(kind, .otherProblem, "is for \(note.purpose)") }
    let refusals = Self.forms(kind, demand.losses).map { demand.refusal($0, transform: .none, outputs: nil) }
    let found = refusals.compactMap { $0 }
    if found.count == refusals.count, let refusal = found.first(where: { $0.row != nil }) ?? found.first,
      refusal.row != nil || note.problems.contains(reading.kind)
    {
      return RuledOut(kind, .refused, refusal.reason, place: refusal.row.map(input.row))
    }
    guard note.problems.contains(reading.kind) else {
      return RuledOut(kind, .otherProblem, "is for \(note.purpose)")
    }
    switch functional {
    case .quantile(let level):
      return RuledOut(kind, .unsuitable, "its least is not at the quantile of level \(NumberText.short(level))")
    default:
      return RuledOut(kind, .unsuitable, "is for \(note.purpose), and the data do not look so")
    }
  }

  /// A loss as it stands by itself, and in the forms of its examples.
  private static func forms(_ kind: String, _ losses: LossRegistry) -> [ConfigValue] {
    let type = ConfigValue.Member("type", .string(kind))
    return (losses.kind(named: kind)?.examples ?? ["{}"]).compactMap { example in
      guard let value = try? ConfigValue.parse(Data(example.utf8), file: kind), case .object(let members) = value else {
        return nil
      }
      return .object([type] + members)
    }
  }
}
