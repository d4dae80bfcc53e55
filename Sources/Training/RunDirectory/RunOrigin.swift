internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

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
