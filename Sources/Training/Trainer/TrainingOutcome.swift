/// How training ended, on all ranks alike.
package enum TrainingOutcome {
  /// All steps were made, or validation has not got better for too long.
  case finished
  /// All ranks agreed to stop between two steps.
  case stopped(StopReason)
  /// All ranks agreed to pause between two steps: more steps follow, here or on other ranks.
  case paused
  /// Numbers that are not finite have ended it.
  case diverged(Divergence)
}

/// Where training met numbers that are not finite; all ranks know that it did.
package struct Divergence: Error {
  /// The steps that were made before.
  package var step: Int
  /// What was found where, in words; ranks that have read the data know the places of samples in their file.
  package var trace: String
  /// What helps.
  package var wayOut: String
}

/// What stands around a training: what its ranks tell each other with a step, and what is done between two.
protocol TrainingSurroundings: AnyObject {
  /// What this rank wants all ranks to know with the next step, and the step of the checkpoint that it has written; 0
  /// and -1: nothing.
  var words: (control: Int64, writtenCheckpoint: Int64) { get }
  /// Called after each step; collective.
  ///
  /// - Returns: how training ends here for now, the same on all ranks; nil: it goes on.
  func between(_ moment: TrainingMoment) throws -> TrainingOutcome?
}

/// The time between two steps.
struct TrainingMoment {
  /// What the last step gave.
  var outcome: StepExecutor.Outcome
  /// Whether it ended an epoch.
  var endsEpoch: Bool
  /// Whether training is over with it.
  var isLast: Bool
}
