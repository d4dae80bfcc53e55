internal import Collectives
internal import Foundation
internal import Glibc
internal import Platform
internal import Specs
internal import Training

/// Trainings that have been begun and are not over, each in a file of a directory: `states/TRAINING.state`.
///
/// What is there is trusted for nothing but time: a training without a file, or with one that is damaged, is made
/// from its start and gives the same.
struct TrialStates: Sendable {
  /// The directory.
  let path: String
  private let identity: String

  /// - Parameters:
  ///   - directory: in which it is made.
  ///   - identity: of what the trainings belong to.
  init(in directory: String, identity: String) { (path, self.identity) = (directory + "/states", identity) }

  func make() throws { try AtomicFile.createDirectory(path) }

  private func file(_ key: String) -> String { "\(path)/\(key).state" }

  private func mark(_ key: String) -> String { "\(identity) \(key)" }

  func save(_ training: SuspendedTraining, _ key: String, _ progress: () -> Void = {}) throws {
    try training.write(to: file(key), mark: mark(key), progress: progress)
  }

  /// - Returns: nil where there is none that can be used.
  func load(_ key: String, _ progress: () -> Void = {}) -> SuspendedTraining? {
    SuspendedTraining.read(file(key), mark: mark(key), progress: progress)
  }

  /// Steps of a training that has a file; nil: it has none.
  func steps(_ key: String) -> Int? { SuspendedTraining.steps(in: file(key), mark: mark(key)) }

  func remove(_ key: String) { try? FileManager.default.removeItem(atPath: file(key)) }

  /// Removes all that was written here, and the directory where nothing else is in it.
  func removeAll() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where Self.isOwn(name) {
      remove(file: name)
    }
    rmdir(path)
  }

  /// Whether a file has such a name: a directory of that name may hold what is somebody else's.
  private static func isOwn(_ name: String) -> Bool {
    name.hasSuffix(".state") || name.hasSuffix(".state.partial") || name.hasPrefix(probe)
  }

  private static let probe = ".shared-"

  /// Whether all nodes see the same directory; collective.
  func isShared(_ cluster: any Cluster) throws -> Bool {
    guard cluster.place.nodeCount > 1 else { return true }
    let probe = try cluster.broadcast("\(Self.probe)\(Clock.now().bitPattern)", from: 0)
    if cluster.rank == 0 { _ = FileManager.default.createFile(atPath: "\(path)/\(probe)", contents: nil) }
    try cluster.barrier()
    let isSeen = try cluster.gather(FileManager.default.fileExists(atPath: "\(path)/\(probe)"))
    if cluster.rank == 0 { remove(file: probe) }
    return !isSeen.contains(false)
  }

  private func remove(file: String) { try? FileManager.default.removeItem(atPath: "\(path)/\(file)") }
}
