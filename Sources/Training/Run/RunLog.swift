internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// The run's directory, and its log while training goes on; on the first rank only.
struct RunLog {
  let directory: String
  let metrics: MetricsSink

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
    // Who has its lock has made it; where it is gone now, nothing takes its place.
    if let locks { try locks.verify() } else { try AtomicFile.createDirectory(directory) }
    try Self.requirePlaces(in: directory)
    for name in ["summary.json", "stopped.json"] { unlink(directory + "/" + name) }
    try RunOrigin.write(origin, to: directory)
    let stored = config.stored(shards: shards, baseDirectory: options.baseDirectory)
    try locks?.verify()
    try AtomicFile.write(Array(stored.prettyText.utf8), to: directory + "/config.json")
    try locks?.verify()
    metrics = try MetricsSink(directory + "/metrics.jsonl", locks: locks, goingOnFrom: step)
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
}
