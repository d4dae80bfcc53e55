internal import Datasets
internal import Specs
internal import Training

extension Sweep {
  /// What a person should know before anything is trained.
  func makeNotes() -> [String] {
    let data = trials.data[0].description, first = plan.trials[0].config
    var notes: [String] = []
    if let folded = trials.folded {
      notes.append(
        "each trial is judged by the mean of \(folded.plan.count.counted("fold")) of \(folded.plan.rows.counted("row"))"
      )
    } else {
      notes.append("each trial is judged by \(data.count(of: .validation).counted("validation row"))")
    }
    if first.data.test != nil { notes.append("the test rows are not looked at: they are for the one that is chosen") }
    if plan.trials.contains(where: { $0.config.training.timeLimit != nil }) {
      notes.append("training.time_limit is not heeded: what a training gives would depend on the machine")
    }
    let losses = plan.trials.filter { metric.traits.isMadeSmall(by: $0.config) }.count
    if losses > 0, losses < plan.trials.count {
      notes.append(
        "warning: \(metric.name) is what some trials make small in training and others do not: it favours their loss")
    }
    return notes
  }
}
