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
  /// A rank has worked between two times of `Clock`; told to sinks that hear of work, by each rank to its own.
  case worked(RankWork, from: Double, to: Double)
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
  /// Whether it takes ``RunEvent/worked(_:from:to:)`` too: several times in each step, on every rank, and without
  /// allocating.
  var hearsWork: Bool { get }
  /// Takes an event, on the first rank but for work. Only ``RunEvent/warned(_:)`` may come from another thread than the
  /// others.
  ///
  /// - Throws: what ends the run; of work, nothing.
  func take(_ event: RunEvent) throws
}

extension RunSink {
  package var hearsWork: Bool { false }
}

/// The sinks of a run on one of its ranks: on the first all, on others those that hear of work.
package struct RunSinks {
  private let isFirst: Bool
  /// Who is told on the first rank.
  private var sinks: [any RunSink] = []
  /// Who hears of work.
  private var workSinks: [any RunSink] = []

  init(_ sinks: [any RunSink], isFirst: Bool) {
    self.isFirst = isFirst
    for sink in sinks { add(sink) }
  }

  mutating func add(_ sink: any RunSink) {
    if isFirst { sinks.append(sink) }
    if sink.hearsWork { workSinks.append(sink) }
  }

  /// Tells of work between two times of `Clock`, and allocates nothing; nil where nobody hears of it.
  var tellOfWork: ((_ work: RankWork, _ begin: Double, _ end: Double) -> Void)? {
    if workSinks.isEmpty { return nil }
    return { [workSinks] work, begin, end in
      for sink in workSinks { try? sink.take(.worked(work, from: begin, to: end)) }
    }
  }

  /// Tells all sinks, in the order in which they were added.
  ///
  /// - Throws: `LoneFailure`: the other ranks go on meanwhile, and do not hear of it otherwise.
  func tell(_ event: RunEvent) throws {
    try LoneFailure.wrap { for sink in sinks { try sink.take(event) } }
  }

  /// Tells a warning; one that cannot be told stops nothing.
  func warn(_ text: String) { for sink in sinks { try? sink.take(.warned(text)) } }
}
