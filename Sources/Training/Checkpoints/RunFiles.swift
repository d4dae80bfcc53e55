package import Collectives
internal import Datasets
internal import Foundation
internal import Glibc
package import Specs

/// The summary of a finished run.
package enum RunSummary {
  /// The summary in a run's directory; nil where there is none that tells of weights.
  static func read(in directory: String) -> ConfigValue? {
    guard let bytes = try? DiskStorage().read(directory + "/summary.json"),
      let summary = try? ConfigValue.parse(.init(bytes), file: "summary.json"), summary["weights_sha256"] != nil
    else { return nil }
    return summary
  }

  /// Refuses to hand out the summary of a run on other data; collective.
  package static func requireData(
    of summary: ConfigValue, _ config: RunConfig, options: RunOptions, cluster: any Cluster
  ) throws {
    // Summaries of earlier builds do not tell.
    guard case .string(let fingerprint)? = summary["data_fingerprint"] else { return }
    let data = try LoadedData(
      config.data, targets: config.loss.demand, context: DataContext(baseDirectory: options.baseDirectory),
      seed: config.seed, environment: options.environment, cluster: cluster)
    guard data.fingerprint == fingerprint else {
      throw RunError(
        .data,
        "\(options.outputDirectory): the run is finished, and the data are not those that it was trained on; choose another "
          + "--output, or start anew with --resume never")
    }
  }
}

/// The weights that a run began with, where they came from elsewhere (`--resume PATH --force`): `origin.json` in its directory.
///
/// The config does not tell of them, and checkpoints of runs that began otherwise are not this run's.
package struct RunOrigin: Sendable, Equatable {
  /// SHA-256 of all weights before the first step.
  var hash: String
  /// Where they came from, for people.
  var path: String

  private static func file(_ directory: String) -> String { directory + "/origin.json" }

  /// What a run's directory tells.
  static func read(in directory: String) throws -> RunOrigin? {
    let path = file(directory)
    guard access(path, F_OK) == 0 else { return nil }
    guard let value = try? ConfigValue.parse(.init(try DiskStorage().read(path)), file: path),
      case .string(let hash)? = value["weights_sha256"], case .string(let from)? = value["from"]
    else {
      throw RunError(.data, "\(path): does not say what weights the run began with; start anew with --resume never")
    }
    return RunOrigin(hash: hash, path: from)
  }

  /// Writes it; a run that began with weights of its own has no such file.
  static func write(_ origin: RunOrigin?, to directory: String) throws {
    guard let origin else {
      unlink(file(directory))
      return
    }
    let value = ConfigValue.object([.init("weights_sha256", .string(origin.hash)), .init("from", .string(origin.path))])
    try AtomicFile.write(Array(value.prettyText.utf8), to: file(directory))
  }
}

/// The files of an older run that would be in a new one's way.
enum OlderRun {
  private static let names = [
    "config.json", "summary.json", "model.safetensors", "last.safetensors", "metrics.jsonl", "stopped.json",
  ]

  /// Whether a directory holds a run, or what is left of one.
  static func isThere(_ directory: String) -> Bool {
    names.contains { access(directory + "/" + $0, F_OK) == 0 }
      || (try? DiskStorage().names(in: directory + "/checkpoints"))?.contains { $0.hasPrefix("step-") } == true
  }

  /// Whether a directory holds weights that a run has handed over.
  static func hasModel(_ directory: String) -> Bool { access(directory + "/model.safetensors", F_OK) == 0 }

  /// Renames a directory to the first free `NAME.old-1`, `NAME.old-2`, ….
  ///
  /// - Returns: its new name.
  static func setAside(_ directory: String) throws -> String {
    var name = directory
    while name.count > 1, name.hasSuffix("/") { name.removeLast() }
    var number = 1
    while access("\(name).old-\(number)", F_OK) == 0 { number += 1 }
    guard rename(name, "\(name).old-\(number)") == 0 else {
      let problem = FileProblem()
      throw RunError(
        .inputOutput,
        "\(directory): an older run is there and cannot be renamed (\(problem.words)); "
          + problem.wayOut(or: "choose another directory with --output"))
    }
    return "\(name).old-\(number)"
  }
}
