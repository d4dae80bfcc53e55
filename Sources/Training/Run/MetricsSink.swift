internal import Datasets
internal import Metrics
internal import Platform
internal import Specs

/// The file `metrics.jsonl` of a run: an object on each line, for figures of training and for evaluations.
final class MetricsSink: RunSink {
  private let lines: LineFile
  private let locks: RunLocks?
  /// When the locks were looked at last.
  private var verified = Clock.now()

  /// - Parameter step: lines of the file beyond this step are dropped: they will be written again.
  init(_ path: String, locks: RunLocks?, goingOnFrom step: Int) throws {
    self.locks = locks
    try MetricsLog.cut(path, after: step)
    lines = try LineFile(path)
  }

  func take(_ event: RunEvent) throws {
    switch event {
    case .trained(let figures): try append(Self.line(figures))
    case .evaluated(let result, let part, let step, let epoch):
      try append(
        .object(
          .record(["step": step, "epoch": epoch, "split": part.name]) + result.members))
    case .goesOn, .stepped, .endedEpoch, .warned, .worked, .ended: break
    }
  }

  private static func line(_ figures: TrainingFigures) -> ConfigValue {
    let loss = MetricReport([
      MetricValue(
        "loss", figures.loss, because: "no step was made with a finite loss and rows that weigh something")
    ])
    return .object(
      .record(["step": figures.step, "epoch": figures.epoch, "split": "train"]) + loss.numbers
        + .record([
          "learning_rate": figures.learningRate, "samples_per_second": figures.samplesPerSecond.rounded(),
        ]) + loss.undefined)
  }

  /// Appends a line, into the directory that is this run's: looked at once a second.
  private func append(_ line: ConfigValue) throws {
    try LoneFailure.wrap {
      let now = Clock.now()
      if now - verified > 1 {
        try locks?.verify()
        verified = now
      }
      try lines.append(line.compactText)
    }
  }
}
