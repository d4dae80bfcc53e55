internal import Foundation
internal import Glibc
internal import Specs

extension CheckpointStore {
  /// What is in the directory under the name of a checkpoint.
  struct Entry: Equatable {
    enum Verdict: Equatable {
      /// A checkpoint of this run, as far as its manifest tells.
      case own
      /// A whole manifest of another one.
      case foreign(CheckpointIdentity.Mismatch)
      /// Not a checkpoint, or one whose manifest cannot be read; with what is wrong.
      case damaged(String)
    }

    var name: String
    /// The step in its name; nil where it is no number as ptrain writes it.
    var step: Int?
    var verdict: Verdict
    /// The epochs that its run was to have.
    var epochs: Int?
    /// The shards of its run.
    var shards: Int?
  }

  /// Reads the manifest of everything that is called `step-…`, oldest first.
  ///
  /// - Parameter identity: that of the run; nil: every whole manifest is its own.
  func survey(_ identity: CheckpointIdentity?) throws -> [Entry] {
    try storage.names(in: directory).filter { $0.hasPrefix("step-") }.compactMap { name in
      entry(name, identity)
    }.sorted { ($0.step ?? -1, $0.name) < ($1.step ?? -1, $1.name) }
  }

  /// What one name stands for; nil where it has just gone.
  func entry(_ name: String, _ identity: CheckpointIdentity?) -> Entry? {
    let path = directory + "/" + name, step = Self.step(of: name)
    var info = stat()
    guard lstat(path, &info) == 0 else { return nil }
    func damaged(_ problem: String) -> Entry { Entry(name: name, step: step, verdict: .damaged(problem)) }
    guard info.st_mode & S_IFMT == S_IFDIR else { return damaged("\(path): not a directory of a checkpoint") }
    guard let step else { return damaged("\(path): not a name that a checkpoint has") }
    let manifest: ConfigValue
    do { manifest = try Self.readManifest(path, storage) } catch {
      return damaged(describeFailure(error).sentence)
    }
    guard manifest["step"] == .integer(step) else {
      return damaged("\(path): holds a checkpoint of another step than its name says")
    }
    var entry = Entry(name: name, step: step, verdict: .own)
    if let config = manifest["config"] {
      entry.epochs = EpochChange.epochs(of: config)
      if case .integer(let shards)? = config["parallel"]?["shards"], (1...65536).contains(shards) {
        entry.shards = shards
      }
    }
    guard let identity else { return entry }
    guard let found = CheckpointIdentity(manifest: manifest, registries: identity.registries) else {
      return damaged("\(path): manifest.json does not say what run it belongs to, or contradicts itself")
    }
    if let mismatch = identity.mismatch(of: found) { entry.verdict = .foreign(mismatch) }
    return entry
  }

  /// Moves entries out of the way, into the first free `set-aside-1`, `set-aside-2`, … of the directory.
  ///
  /// - Returns: where they are now.
  @discardableResult
  func setAside(_ names: [String]) throws -> String {
    let taken = Set(try storage.names(in: directory))
    var number = 1
    while taken.contains("set-aside-\(number)") { number += 1 }
    let folder = directory + "/set-aside-\(number)"
    // Its directory has been read: where that is gone now, nothing takes its place.
    try storage.createFolder(folder)
    for name in names { try storage.rename(directory + "/" + name, to: folder + "/" + name) }
    try storage.flushDirectory(directory)
    return folder
  }

  /// The manifest of the checkpoint in a directory of its own, which fits its checksum.
  static func readManifest(_ path: String, _ storage: any Storage) throws -> ConfigValue {
    let file = path + "/manifest.json"
    if let size = try storage.size(of: file), size > manifestLimit {
      throw damage(path, "manifest.json has \(size) bytes, more than that of any checkpoint")
    }
    let text = try storage.read(file)
    let manifest: ConfigValue
    do {
      manifest = try ConfigValue.parse(Data(text), file: file)
    } catch { throw damage(path, "manifest.json is damaged") }
    guard case .object(var members) = manifest, case .string(let seal)? = manifest["sha256"],
      case .integer(let step)? = manifest["step"], case .array? = manifest["parts"],
      manifest["format"] == .string("ptrain-checkpoint-1"), step >= 0
    else { throw damage(path, "manifest.json is not that of a checkpoint") }
    members.removeAll { $0.key == "sha256" }
    guard hash(Array(ConfigValue.object(members).compactText.utf8)) == seal else {
      throw damage(path, "manifest.json does not fit its checksum")
    }
    return manifest
  }

  /// Bytes that a manifest may have: configs are far below.
  private static let manifestLimit = 1 << 26

  static func damage(_ path: String, _ problem: String) -> RunError {
    RunError(.data, "\(path): \(problem); resume from an older checkpoint, or start anew with --resume never")
  }
}
