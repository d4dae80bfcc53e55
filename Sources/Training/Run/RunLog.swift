internal import Datasets
internal import Foundation
internal import Glibc
internal import Metrics
internal import Platform
internal import Specs

/// The run's directory and what is written there while training goes on; on rank 0 only.
final class RunLog {
  let directory: String
  let progress: Progress
  private let lines: LineFile
  private let locks: RunLocks?
  /// When the locks were looked at last.
  private var verified = Clock.now()

  /// Opens the directory and writes the resolved config.
  ///
  /// - Parameters:
  ///   - origin: the weights that the run began with, where they came from elsewhere.
  ///   - step: lines of the log beyond this step are dropped: they will be written again.
  init(
    directory: String, config: RunConfig, shards: Int, options: RunOptions, origin: RunOrigin?, locks: RunLocks?,
    goingOnFrom step: Int
  ) throws {
    self.directory = directory
    self.locks = locks
    // Who has its lock has made it; where it is gone now, nothing takes its place.
    if let locks { try locks.verify() } else { try AtomicFile.createDirectory(directory) }
    try Self.requirePlaces(in: directory)
    for name in ["summary.json", "stopped.json"] { unlink(directory + "/" + name) }
    try RunOrigin.write(origin, to: directory)
    let stored = config.stored(shards: shards, baseDirectory: options.baseDirectory)
    try locks?.verify()
    try AtomicFile.write(Array(stored.prettyText.utf8), to: directory + "/config.json")
    try locks?.verify()
    try MetricsLog.cut(directory + "/metrics.jsonl", after: step)
    lines = try LineFile(directory + "/metrics.jsonl")
    progress = Progress(
      isQuiet: options.isQuiet, showsBar: options.showsProgress && Progress.isWatched(options.environment))
  }

  /// Refuses what would keep a file from its place when the run ends.
  private static func requirePlaces(in directory: String) throws {
    let names = [
      "config.json", "metrics.jsonl", "model.safetensors", "last.safetensors", "summary.json", "stopped.json",
    ]
    for name in names + names.map({ $0 + ".partial" }) {
      var info = stat()
      guard lstat("\(directory)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFDIR else { continue }
      throw RunError(
        .inputOutput,
        "\(directory)/\(name): a directory, where the run is to write a file; remove it, or choose another directory with --output"
      )
    }
  }

  func training(step: Int, epoch: Int, loss: Double, learningRate: Double, samplesPerSecond: Double) throws {
    let result = MetricValue("loss", loss, because: "no step was made with a finite loss and rows that weigh something")
    try append(
      ConfigValue.object(
        [
          .init("step", .integer(step)), .init("epoch", .integer(epoch)), .init("split", .string("train")),
          .init("loss", .number(loss)), .init("learning_rate", .number(learningRate)),
          .init("samples_per_second", .number(samplesPerSecond.rounded())),
        ] + MetricValue.undefined([result])
      ).compactText)
  }

  func evaluation(_ result: Evaluation.Result, part: DataPart, step: Int, epoch: Int) throws {
    try append(
      ConfigValue.object(
        [
          .init("step", .integer(step)), .init("epoch", .integer(epoch)), .init("split", .string(part.name)),
        ] + result.members
      ).compactText)
  }

  /// Appends a line, into the directory that is this run's: looked at once a second.
  private func append(_ line: String) throws {
    try LoneFailure.wrap {
      let now = Clock.now()
      if now - verified > 1 {
        try locks?.verify()
        verified = now
      }
      try lines.append(line)
    }
  }
}
