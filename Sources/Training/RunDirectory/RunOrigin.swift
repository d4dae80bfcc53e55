internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// The weights that a run began with, where they came from elsewhere (`--resume PATH --force`): `origin.json` in its
/// directory.
///
/// The config does not tell of them, and checkpoints of runs that began otherwise are not this run's.
package struct RunOrigin: Sendable, Equatable {
  /// SHA-256 of all weights before the first step.
  var hash: String
  /// Where they came from, as it is from the current directory.
  var path: String

  private static func file(_ directory: String) -> String { directory + "/origin.json" }

  /// What a run's directory tells.
  ///
  /// Its path is where the weights are now: a directory that was moved together with them has them as far away as
  /// before.
  static func read(in directory: String) throws -> RunOrigin? {
    let path = file(directory)
    guard access(path, F_OK) == 0 else { return nil }
    guard let value = try? ConfigValue.parse(.init(try DiskStorage().read(path)), file: path),
      case .string(let hash)? = value["weights_sha256"], case .string(let from)? = value["from"]
    else {
      throw RunError(.data, "\(path): does not say what weights the run began with; start anew with --resume never")
    }
    guard case .string(let near)? = value["from_here"] else { return RunOrigin(hash: hash, path: from) }
    let place = withoutLinks(directory + "/" + near)
    return RunOrigin(hash: hash, path: place == withoutLinks(from) ? from : place ?? from)
  }

  /// Writes it; a run that began with weights of its own has no such file.
  static func write(_ origin: RunOrigin?, to directory: String) throws {
    guard let origin else {
      unlink(file(directory))
      return
    }
    let path = absolute(origin.path), near = relative(path, from: directory)
    let value = ConfigValue.object(
      [.init("weights_sha256", .string(origin.hash)), .init("from", .string(path))]
        + (near.map { [.init("from_here", .string($0))] } ?? []))
    try AtomicFile.write(Array(value.prettyText.utf8), to: file(directory))
  }

  /// A path that is the same from anywhere.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// The way from a directory to a file, without links; nil where one of them is not there.
  private static func relative(_ path: String, from directory: String) -> String? {
    guard let wanted = withoutLinks(path)?.split(separator: "/"),
      let base = withoutLinks(directory)?.split(separator: "/")
    else { return nil }
    let common = zip(base, wanted).prefix { $0 == $1 }.count
    return (base[common...].map { _ in ".." } + wanted[common...]).joined(separator: "/")
  }

  private static func withoutLinks(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
