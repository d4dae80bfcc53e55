internal import Glibc
internal import Platform
internal import Specs
internal import Synchronization

/// The locks of a run's directories, on the first rank; others have none and write what it asks them to.
package final class RunLocks: Sendable {
  private let run: String
  private let checkpoints: String
  private let environment: ProcessEnvironment
  private let warn: @Sendable (String) -> Void
  private let state = Mutex(State())

  private struct State {
    var run: RunLock?
    /// nil: the directory cannot be had, or is that of the run.
    var checkpoints: RunLock?
    /// Why there is no lock of the checkpoints' directory.
    var problem: (any Error)?
  }

  init(
    run: String, checkpoints: String, environment: ProcessEnvironment, warn: @escaping @Sendable (String) -> Void
  ) {
    (self.run, self.checkpoints, self.environment, self.warn) = (run, checkpoints, environment, warn)
  }

  deinit { release() }

  /// Takes both locks; without the one of the checkpoints where their directory cannot be written: a run can do without
  /// them.
  func take(progress: () -> Void = {}) throws {
    try withoutActuallyEscaping(progress) { progress in
      var surroundings = RunLock.Surroundings(environment, warn: warn, progress: progress)
      try state.withLock { state in
        let lock = try RunLock.take(run, surroundings)
        state.run = lock
        surroundings.outer = lock
        do {
          state.checkpoints = try isSameDirectory ? nil : RunLock.take(checkpoints, surroundings)
          state.problem = nil
        } catch let error as any ReportableError where error.exitCode == .inputOutput {
          state.problem = error
        } catch {
          state.run = nil
          lock.release()
          throw error
        }
      }
    }
  }

  /// Whether checkpoints go right into the run's directory, under whatever name.
  private var isSameDirectory: Bool {
    var a = stat(), b = stat()
    return stat(run, &a) == 0 && stat(checkpoints, &b) == 0 && FileNumber(a) == FileNumber(b)
  }

  /// What no other start of a run is called.
  var token: String? { state.withLock { $0.run?.holder.token } }

  /// Makes sure that the locks are still this process's; call it before anything is written.
  ///
  /// - Throws: ``RunError``: 74 where a directory is not at its place any more, 69 where another process has a lock.
  func verify() throws {
    let (run, checkpoints) = state.withLock { ($0.run, $0.checkpoints) }
    try run?.verify()
    try checkpoints?.verify()
  }

  /// Makes sure that checkpoints can be written; a directory that could not be had before is tried again.
  func prepareCheckpoint() throws {
    try verify()
    try state.withLock { state in
      guard state.problem != nil else { return }
      let lock = try RunLock.take(checkpoints, RunLock.Surroundings(environment, outer: state.run, warn: warn))
      (state.checkpoints, state.problem) = (lock, nil)
    }
  }

  /// Renames the run's directory, and takes the locks of a new one at its place.
  ///
  /// - Returns: its new name.
  func setRunAside() throws -> String {
    let place = try state.withLock { state in
      state.checkpoints?.release()
      state.checkpoints = nil
      let place = try OlderRun.setAside(run)
      state.run?.leave(at: place)
      state.run = nil
      return place
    }
    try take()
    return place
  }

  /// Gives the locks back.
  package func release() {
    state.withLock { state in
      state.checkpoints?.release()
      state.run?.release()
      state = State()
    }
  }
}
