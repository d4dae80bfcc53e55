internal import Collectives
internal import Platform
internal import Specs
internal import Training

/// The directory of a comparison or a search, with its lock.
enum SelectionDirectory {
  /// Makes the directory and takes its lock, on the first rank; collective.
  ///
  /// - Parameter requireOwn: throws where what is there belongs to something else.
  static func take(
    _ directory: String, _ cluster: any Cluster, requireOwn: () throws -> Void
  ) throws -> RunLock? {
    let lock = try cluster.agree(describe: describeFailure) { () -> RunLock? in
      guard cluster.rank == 0 else { return nil }
      try AtomicFile.createDirectory(directory)
      guard let lock = try RunLock.takeUnlessHeld(directory, PTrain.environment) else {
        throw RunError(
          .config,
          "\(directory): another process is writing here; wait for its end, or choose another directory with --output")
      }
      do { try requireOwn() } catch {
        lock.release()
        throw error
      }
      return lock
    }
    do {
      // Nodes that do not share their files have one each.
      try cluster.agree(describe: describeFailure) {
        if cluster.rank != 0 { try AtomicFile.createDirectory(directory) }
      }
    } catch {
      lock?.release()
      throw error
    }
    return lock
  }

  /// From here on a request to stop waits for what is kept; collective.
  static func listenForSteps(_ cluster: any Cluster) throws {
    if cluster.rank != 0 { StopSignal.waitForSteps() }
    try cluster.agree(describe: describeFailure) {}
    if cluster.rank == 0 { StopSignal.waitForSteps() }
  }
}
