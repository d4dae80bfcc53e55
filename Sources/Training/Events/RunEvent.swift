package import Datasets
internal import Specs

/// What happens in a run, in its order, as the first rank tells it.
package enum RunEvent {
  /// Training goes on after some steps; whether the run was finished before, so that its model is replaced at the end.
  case goesOn(afterStep: Int, wasFinished: Bool)
  /// Figures of the steps since the last ones.
  case trained(TrainingFigures)
  /// A step was made; not told of each.
  case stepped(Int, of: Int, seconds: Double)
  /// A part of the data was evaluated after a step.
  case evaluated(Evaluation.Result, part: DataPart, step: Int, epoch: Int)
  /// An epoch, counted from 1, has ended, with the mean of its losses and what validation gave.
  case endedEpoch(Int, of: Int, loss: Double, validation: Evaluation.Result?)
  /// Something that a person should know, without the word "warning" in front.
  case warned(String)
  /// Nothing more is told.
  case ended
}

/// Means over some steps of training.
package struct TrainingFigures: Sendable {
  /// Steps made since the beginning, and those of the whole run.
  package var step: Int
  package var steps: Int
  /// Counted from 1.
  package var epoch: Int
  package var epochs: Int
  package var loss: Double
  package var learningRate: Double
  package var samplesPerSecond: Double
  /// Since the beginning of the run.
  package var seconds: Double
}

/// Takes what happens in a run: a terminal, a file, a test.
///
/// A new sink is one file beside this one; who starts a run hands it over in ``TrainerOptions/sinks``.
package protocol RunSink: AnyObject {
  /// Takes an event, on the first rank. Only ``RunEvent/warned(_:)`` may come from another thread than the others.
  ///
  /// - Throws: what ends the run.
  func take(_ event: RunEvent) throws
}

/// The sinks of a run on its first rank; on other ranks none.
package struct RunSinks {
  private var sinks: [any RunSink]

  init(_ sinks: [any RunSink]) { self.sinks = sinks }

  mutating func add(_ sink: any RunSink) { sinks.append(sink) }

  /// Tells all sinks, in the order in which they were added.
  ///
  /// - Throws: `LoneFailure`: the other ranks go on meanwhile, and do not hear of it otherwise.
  func tell(_ event: RunEvent) throws {
    try LoneFailure.wrap { for sink in sinks { try sink.take(event) } }
  }

  /// Tells a warning; one that cannot be told stops nothing.
  func warn(_ text: String) { for sink in sinks { try? sink.take(.warned(text)) } }
}
