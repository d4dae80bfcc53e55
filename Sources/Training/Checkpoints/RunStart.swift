package import Collectives
internal import Datasets
internal import Foundation
package import Specs

/// What `--resume` asks for.
package enum ResumeMode: Sendable, Equatable {
  /// Go on where a run of the same config stopped, else begin.
  case auto
  /// Begin; a run in the directory is renamed.
  case never
  /// The weights of a checkpoint's directory or a model's file.
  case weights(String)
}

/// How a run begins, decided by its directory; the same on all ranks.
package enum RunStart: Sendable, Equatable {
  case fresh(renames: Bool)
  /// With this many shards, which an earlier launch may have chosen.
  case goOn(shards: Int)
  /// The summary of a run that has nothing left to do.
  case finished(ConfigValue)

  /// Looks at the run's directory on the first rank; collective.
  ///
  /// - Throws: the agreed failure when the directory holds a run of another config.
  package static func decide(
    _ config: RunConfig, options: RunOptions, mode: ResumeMode, cluster: any Cluster
  ) throws -> RunStart {
    let decision = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try decideAlone(config, options: options, mode: mode) : .fresh(renames: false)
    }
    let text: ConfigValue =
      switch decision {
      case .fresh(let renames): .object([.init("fresh", .boolean(renames))])
      case .goOn(let shards): .object([.init("shards", .integer(shards))])
      case .finished(let summary): .object([.init("summary", summary)])
      }
    let shared = try cluster.broadcast(Array(text.compactText.utf8), from: 0)
    let value = try ConfigValue.parse(Data(shared), file: "start")
    if case .integer(let shards)? = value["shards"] { return .goOn(shards: shards) }
    if let summary = value["summary"] { return .finished(summary) }
    return .fresh(renames: value["fresh"] == .boolean(true))
  }

  private static func decideAlone(_ config: RunConfig, options: RunOptions, mode: ResumeMode) throws -> RunStart {
    guard mode == .auto else { return .fresh(renames: true) }
    let path = options.outputDirectory + "/config.json"
    guard let bytes = FileManager.default.contents(atPath: path) else { return .fresh(renames: false) }
    var stored: ConfigValue
    do { stored = try ConfigValue.parse(bytes, file: path) } catch {
      throw RunError(.data, "\(path): not the config of a run; start anew with --resume never")
    }
    guard case .integer(let shards)? = stored["parallel"]?["shards"], shards > 0, shards <= 65536 else {
      throw RunError(.data, "\(path): parallel.shards is not there; start anew with --resume never")
    }
    // Keys that builds since then have added hold there too, at their defaults.
    if let old = try? RunConfig(stored) {
      stored = RunLog.storedConfig(old, shards: shards, baseDirectory: options.baseDirectory)
    }
    let wanted = RunLog.storedConfig(
      config, shards: config.parallel.shards ?? shards, baseDirectory: options.baseDirectory)
    let differences = ConfigDifference.between(stored, wanted, ignoring: ConfigDifference.mayChange)
    guard differences.isEmpty else {
      throw RunError(
        .config,
        "\(options.outputDirectory): holds a run of another config: \(ConfigDifference.text(differences)); choose another "
          + "--output, or start anew with --resume never")
    }
    let epochs = ConfigDifference.between(stored, wanted, ignoring: ["parallel", "output", "checkpoint"])
    if let data = FileManager.default.contents(atPath: options.outputDirectory + "/summary.json"), epochs.isEmpty,
      let summary = try? ConfigValue.parse(data, file: "summary.json"), summary["weights_sha256"] != nil
    {
      return .finished(summary)
    }
    return .goOn(shards: shards)
  }
}

/// Keys in which two configs differ.
package enum ConfigDifference {
  /// What may change when a run goes on.
  static let mayChange = [
    "parallel.threads_per_rank", "parallel.allreduce", "parallel.invariant", "parallel.bucket_mb", "parallel.overlap",
    "parallel.update", "parallel.wire", "parallel.replica_check_every", "parallel.watchdog_seconds", "output",
    "checkpoint", "training.epochs",
    "training.time_limit",
  ]

  /// Paths whose values differ, with both.
  static func between(
    _ old: ConfigValue, _ new: ConfigValue, ignoring ignored: [String]
  ) -> [(path: String, old: ConfigValue?, new: ConfigValue?)] {
    let before = flat(old, path: ""), after = flat(new, path: "")
    let paths = before.map(\.path) + after.map(\.path).filter { path in !before.contains { $0.path == path } }
    return paths.compactMap { path in
      if ignored.contains(where: { path == $0 || path.hasPrefix($0 + ".") }) { return nil }
      let (a, b) = (before.first { $0.path == path }?.value, after.first { $0.path == path }?.value)
      return a?.compactText == b?.compactText ? nil : (path, a, b)
    }
  }

  /// The first few differences, for a sentence.
  static func text(_ differences: [(path: String, old: ConfigValue?, new: ConfigValue?)]) -> String {
    let shown = differences.prefix(3).map { path, old, new in
      "\(path) was \(old?.excerpt ?? "absent"), is \(new?.excerpt ?? "absent")"
    }
    return shown.joined(separator: ", ") + (differences.count > 3 ? " and \(differences.count - 3) more" : "")
  }

  private static func flat(_ value: ConfigValue, path: String) -> [(path: String, value: ConfigValue)] {
    switch value {
    case .object(let members): members.flatMap { flat($0.value, path: path.isEmpty ? $0.key : path + "." + $0.key) }
    case .array(let values): values.enumerated().flatMap { flat($1, path: "\(path)[\($0)]") }
    default: [(path, value)]
    }
  }
}
