internal import Glibc
internal import Platform
internal import Specs

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
