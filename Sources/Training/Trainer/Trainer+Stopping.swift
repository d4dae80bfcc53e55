internal import Collectives

extension Trainer {
  /// Trains from the step that was reached to the end, or until a question has an answer: how one training among others
  /// is stopped, where a signal would stop all that its process takes part in; collective.
  ///
  /// The answer travels with a step, so that all ranks of this training stop after the same one; the last step is
  /// followed by no stop. A training that was stopped goes on where it is trained once more.
  ///
  /// - Parameter reason: asked before every step, on the first rank alone: why to stop, nil: not yet. Whoever wants
  ///   signals to be heeded looks at ``StopReason/ofSignal`` there.
  package func train(stoppingWhen reason: @escaping () -> StopReason?) throws -> TrainingOutcome {
    try train(StopQuestion(reason: cluster.rank == 0 ? reason : { nil }))
  }
}

/// The surroundings of a training that may be asked to stop, and has nothing to save then.
private final class StopQuestion: TrainingSurroundings {
  private let reason: () -> StopReason?

  init(reason: @escaping () -> StopReason?) { self.reason = reason }

  var words: (control: Int64, writtenCheckpoint: Int64) { (reason()?.rawValue ?? 0, -1) }

  func between(_ moment: TrainingMoment) -> TrainingOutcome? {
    moment.isLast ? nil : StopReason(rawValue: moment.outcome.control).map { .stopped($0) }
  }
}
