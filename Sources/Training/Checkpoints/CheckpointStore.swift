internal import Foundation
package import Specs

/// The directory of a run's checkpoints: each complete or absent, never half.
///
/// A checkpoint is written as `.writing-STEP`, with a file of tensors by each rank and, last, `manifest.json` with
/// sizes and SHA-256 of all of them, and then renamed to `step-STEP`.
package struct CheckpointStore: Sendable {
  /// A file of tensors.
  struct Part: Sendable, Equatable {
    var file: String
    var bytes: Int
    var hash: String
  }

  /// A checkpoint as read back.
  package struct Checkpoint: Sendable {
    package var step: Int
    package var manifest: ConfigValue
    package var tensors: [NamedTensor]
  }

  package let directory: String
  let storage: any Storage
  /// The run whose checkpoints these are: others' are never removed. nil: all are.
  let identity: CheckpointIdentity?
  /// What this start's unfinished checkpoints are called beside their step: a rank of an earlier start that is not dead
  /// yet writes to others.
  let tag: String

  package init(directory: String, storage: any Storage = DiskStorage()) {
    self.init(directory: directory, storage: storage, identity: nil, tag: "")
  }

  init(directory: String, storage: any Storage, identity: CheckpointIdentity?, tag: String = "") {
    self.directory = directory
    self.storage = storage
    self.identity = identity
    self.tag = tag
  }

  static func name(of step: Int) -> String { "step-" + digits(step) }

  /// The step of a checkpoint of this name; nil where none has it.
  static func step(of name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), step >= 0, Self.name(of: step) == name else {
      return nil
    }
    return step
  }

  private static func digits(_ step: Int) -> String {
    let text = "\(step)"
    return String(repeating: "0", count: max(0, 10 - text.count)) + text
  }

  /// What a part says beside its tensors.
  static let metadata: [ConfigValue.Member] = [.init("format", .string("ptrain-checkpoint-1"))]

  private func workPath(_ step: Int) -> String { directory + "/.writing-" + Self.digits(step) + tag }

  /// Steps of complete checkpoints, oldest first.
  package func steps() throws -> [Int] {
    try storage.names(in: directory).compactMap(Self.step).sorted()
  }

  /// Removes what a killed run left half written.
  func clean() throws {
    for name in try storage.names(in: directory) where name.hasPrefix(".writing-") || name.hasPrefix(".removing-") {
      try storage.remove(directory + "/" + name)
    }
  }

  /// Removes all checkpoints of this run after a step: what they hold will be written again.
  func removeAll(after step: Int) throws {
    for found in try steps() where found > step && isOwn(found) { try remove(found) }
  }

  /// Whether a checkpoint of this run is there.
  private func isOwn(_ step: Int) -> Bool {
    guard let identity else { return true }
    switch entry(Self.name(of: step), identity)?.verdict {
    case .own: return true
    // The run went on from it because `--force` said so.
    case .foreign(.arithmetic): return true
    default: return false
    }
  }

  /// A tensor to be written, whose values are asked for when it is its turn.
  struct Source {
    var name: String
    var shape: [Int]
    var count: Int
    var values: () -> [Float]
  }

  /// Writes one rank's file, a tensor at a time.
  func writePart(_ tensors: [Source], rank: Int, step: Int) throws -> Part {
    // Who has its lock has made the directory; where it is gone now, nothing takes its place.
    if rank == 0, tag.isEmpty { try storage.createDirectory(directory) }
    try storage.createFolder(workPath(step))
    let file = "part-\(rank).safetensors", hash = SHA256()
    let header = Safetensors.header(
      tensors.map { ($0.name, $0.shape, $0.count) }, metadata: Self.metadata)
    var bytes = 0
    try storage.write(to: workPath(step) + "/" + file) { append in
      func add(_ piece: UnsafeRawBufferPointer) throws {
        hash.update(piece)
        bytes += piece.count
        try append(piece)
      }
      try header.withUnsafeBytes(add)
      for tensor in tensors { try tensor.values().withUnsafeBytes(add) }
    }
    return Part(file: file, bytes: bytes, hash: hash.finish())
  }

  /// Completes a checkpoint whose parts are all on the disk, and removes the oldest beyond `keep`.
  ///
  /// - Parameter members: what the manifest says beside its parts.
  func commit(step: Int, parts: [Part], members: [ConfigValue.Member], keep: Int, best: Int?) throws {
    let work = workPath(step), final = directory + "/" + Self.name(of: step)
    // Sorted, as the file is read back: the checksum is that of the text.
    let body = ConfigValue.object(
      [.init("format", .string("ptrain-checkpoint-1")), .init("step", .integer(step))] + members + [
        .init(
          "parts",
          .array(
            parts.map {
              .object([
                .init("file", .string($0.file)), .init("bytes", .integer($0.bytes)), .init("sha256", .string($0.hash)),
              ])
            }))
      ]
    ).sortingKeys
    guard case .object(let all) = body else { return }
    let sealed = ConfigValue.object(all + [.init("sha256", .string(Self.hash(Array(body.compactText.utf8))))])
    try storage.write(Array(sealed.prettyText.utf8), to: work + "/manifest.json")
    try storage.flushDirectory(work)
    // A checkpoint of this step may be there: written by a history that is the same, bit for bit.
    if try storage.names(in: directory).contains(Self.name(of: step)) {
      if isOwn(step) { try remove(step) } else { try setAside([Self.name(of: step)]) }
    }
    try storage.rename(work, to: final)
    try storage.flushDirectory(directory)
    // The checkpoint is whole: an older one that cannot go yet, or is gone already and still listed, is the next one's
    // turn.
    let own = ((try? steps()) ?? []).filter(isOwn)
    for old in own.dropLast(keep) where old != best && old != step { try? remove(old) }
  }

  /// A checkpoint is absent from the moment it is renamed.
  private func remove(_ step: Int) throws {
    let away = directory + "/.removing-" + Self.digits(step)
    try storage.remove(away)
    try storage.rename(directory + "/" + Self.name(of: step), to: away)
    try storage.remove(away)
  }

  /// Gives up a checkpoint that could not be written.
  func abandon(step: Int) { try? storage.remove(workPath(step)) }

  /// Reads a checkpoint and checks every byte of it.
  ///
  /// - Throws: ``RunError`` or ``TensorFileError`` for a damaged one.
  package func read(step: Int) throws -> Checkpoint { try Self.read(directory + "/" + Self.name(of: step), storage) }

  /// Reads the checkpoint in a directory of its own.
  package static func read(
    _ path: String, _ storage: any Storage = DiskStorage(), progress: () -> Void = {}
  ) throws -> Checkpoint {
    func damaged(_ problem: String) -> RunError { damage(path, problem) }
    let manifest = try readManifest(path, storage)
    guard case .integer(let step)? = manifest["step"], case .array(let parts)? = manifest["parts"] else {
      throw damaged("manifest.json is not that of a checkpoint")
    }
    var tensors: [NamedTensor] = [], files: Set<String> = []
    for part in parts {
      guard case .string(let file)? = part["file"], case .integer(let count)? = part["bytes"],
        case .string(let expected)? = part["sha256"], !file.contains("/")
      else { throw damaged("manifest.json names a file without size or checksum") }
      guard files.insert(file).inserted else { throw damaged("manifest.json names a file twice") }
      if let size = try storage.size(of: path + "/" + file), size != count {
        throw damaged("\(file) has \(size) bytes, expected \(count)")
      }
      let bytes = try storage.read(path + "/" + file)
      guard bytes.count == count, hash(bytes, progress) == expected else {
        throw damaged("\(file) does not fit its checksum")
      }
      progress()
      tensors += try Safetensors.decode(bytes, file: path + "/" + file).tensors
    }
    return Checkpoint(step: step, manifest: manifest, tensors: tensors)
  }

  /// The newest checkpoint of this run that is whole; damaged ones are passed over, with a line each.
  ///
  /// - Parameters:
  ///   - progress: called for each block that is read and checked.
  ///   - problem: why a checkpoint cannot be used although it is whole.
  package func newest(
    warn: (String) -> Void, progress: () -> Void = {}, problem: (Checkpoint) -> String? = { _ in nil }
  ) throws -> Checkpoint? {
    for entry in try survey(identity).reversed() {
      let path = directory + "/" + entry.name
      switch entry.verdict {
      case .damaged(let sentence):
        warn("checkpoint passed over: \(sentence)")
      case .own, .foreign(.arithmetic):
        do {
          let found = try Self.read(path, storage, progress: progress)
          if let problem = problem(found) { throw Self.damage(path, problem) }
          return found
        } catch let error as any ReportableError {
          warn("checkpoint passed over: \(error.sentence)")
        }
      case .foreign: continue
      }
    }
    return nil
  }

  static func hash(_ bytes: [UInt8], _ progress: () -> Void = {}) -> String {
    let hash = SHA256(), block = 1 << 24
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: block) {
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + block)]))
        progress()
      }
    }
    return hash.finish()
  }
}
