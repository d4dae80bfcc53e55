extension Trainer {
  /// Trains from the step that was reached to the end, or until all ranks agree to pause; collective.
  ///
  /// - Parameter request: asked on every rank before each step; where one says yes, all pause after it. The last step
  ///   ends the training all the same.
  package func train(pausingWhen request: @escaping () -> Bool) throws -> TrainingOutcome {
    try train(PauseRequests(request))
  }
}

/// Nothing around a training but who may ask it to pause.
private final class PauseRequests: TrainingSurroundings {
  private let request: () -> Bool

  init(_ request: @escaping () -> Bool) { self.request = request }

  var words: (control: Int64, writtenCheckpoint: Int64) { (request() ? ControlWord.pause : 0, -1) }

  func between(_ moment: TrainingMoment) -> TrainingOutcome? {
    moment.outcome.control == ControlWord.pause && !moment.isLast ? .paused : nil
  }
}
