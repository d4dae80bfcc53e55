internal import Collectives
internal import Dispatch
internal import Foundation
internal import Glibc
package import Platform
internal import Specs

/// The lock of a directory that one run writes to: `.lock` in it, which tells who holds it.
///
/// The kernel keeps it on the open file where the file system has such locks (``FileLock``): it goes with the process,
/// whatever ends that. Elsewhere the file's beat keeps it: the holder renews the time of its last change every 10 s,
/// and a lock that has been silent for 60 s of the file system's own clock is anybody's. On a file system of a network
/// both count, because the kernels of other machines may not know of each other's locks, and a server may keep those of
/// a machine that is gone.
///
/// The file is put in place whole, with its lock on it, by `link` or `rename`: there is no moment at which it is
/// nobody's.
package final class RunLock: @unchecked Sendable {
  /// Seconds between two beats.
  static let beat = 10.0
  /// Seconds of silence after which a lock is stale.
  static let patience = 60.0
  /// Seconds that a start waits for a lock to become stale.
  static let longestWait = 90.0
  /// Seconds that the file system may fail for.
  static let longestFailure = 5.0

  let directory: String
  let holder: LockHolder
  private let descriptor: Int32
  private let identity: FileNumber
  /// That of the directory.
  private let directoryIdentity: FileNumber
  private let timer: (any DispatchSourceTimer)?
  /// Whether the directory was made for this lock.
  private let madeDirectory: Bool

  private init(_ file: LockFile, directory: String, holder: LockHolder, madeDirectory: Bool, beats: Bool) {
    (self.directory, self.holder, self.madeDirectory) = (directory, holder, madeDirectory)
    (descriptor, identity) = (file.descriptor, file.identity)
    var info = stat()
    _ = stat(directory, &info)
    directoryIdentity = FileNumber(info)
    guard beats else {
      timer = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    let descriptor = descriptor
    timer.schedule(deadline: .now() + Self.beat, repeating: Self.beat)
    timer.setEventHandler { futimens(descriptor, nil) }
    timer.setCancelHandler { close(descriptor) }
    timer.resume()
    self.timer = timer
  }

  deinit { release() }

  private var path: String { directory + "/.lock" }

  // MARK: Taking

  /// What surrounds a start that takes a lock.
  struct Surroundings {
    var holder: LockHolder
    /// Whether the kernel's locks are used where they are.
    var usesKernel: Bool
    /// Whether this machine's kernel knows all about the locks of an open file's file system.
    var isLocal = FileLock.isLocal
    /// The lock of a directory that this one may lie in: nothing takes its place where it is gone.
    var outer: RunLock?
    var warn: (String) -> Void
    /// Seconds that it waits for a lock to become stale.
    var longestWait = RunLock.longestWait
    /// Called now and then while it waits.
    var progress: () -> Void

    /// - Parameter environment: tells of the process's job; `PTRAIN_LOCKS=beat` does without the kernel's locks.
    init(
      _ environment: ProcessEnvironment, outer: RunLock? = nil, warn: @escaping (String) -> Void,
      progress: @escaping () -> Void = {}
    ) {
      holder = LockHolder.this(environment)
      usesKernel = environment["PTRAIN_LOCKS"] != "beat"
      (self.outer, self.warn, self.progress) = (outer, warn, progress)
    }
  }

  /// Takes the lock of a directory, which is made where it is not there.
  ///
  /// - Throws: ``RunError``, 78 where somebody holds it.
  static func take(_ directory: String, _ surroundings: Surroundings) throws -> RunLock {
    let wasThere = try !AtomicFile.createDirectory(directory, beforeMaking: { try surroundings.outer?.verify() })
    var holder = surroundings.holder
    let path = directory + "/.lock"
    let own = try LockFile(making: path + "-" + holder.token)
    var isOver = false
    defer {
      unlink(own.path)
      if !isOver {
        close(own.descriptor)
        if !wasThere { rmdir(directory) }
      }
    }
    holder.isKept = surroundings.usesKernel && FileLock.take(own.descriptor) == .taken
    try own.write(Array(holder.value.compactText.utf8))
    let begin = Clock.now()
    var watched: (lock: LockFile.Look, since: Double)?, worked = begin
    while true {
      switch try attempt(own, holder: holder, path: path, watched: watched, surroundings) {
      case .taken:
        isOver = true
        own.removeLeftovers(in: directory)
        let beats = !holder.isKept || !surroundings.isLocal(own.descriptor)
        return RunLock(own, directory: directory, holder: holder, madeDirectory: !wasThere, beats: beats)
      case .again: break
      case .held(let other): throw held(directory, by: other)
      case .silent(let look):
        if watched?.lock != look { watched = (look, Clock.now()) }
      }
      // Where the directory around this one has gone, so has this one: nothing is waited for.
      try surroundings.outer?.verify()
      if own.problem == 0 { worked = Clock.now() }
      guard Clock.now() - worked < Self.longestFailure else {
        let problem = FileProblem(own.problem)
        throw RunError(
          .inputOutput,
          "\(path): cannot be put in place (\(problem.words)); "
            + problem.wayOut(or: "choose another directory with --output or checkpoint.directory"))
      }
      if Clock.now() - begin > surroundings.longestWait { throw held(directory, by: watched?.lock.holder) }
      guard StopSignal.received == 0 else {
        throw RunError(
          .stopped, "\(directory): stopped on request while another run's lock was waited for; nothing was begun")
      }
      surroundings.progress()
      usleep(50_000)
    }
  }

  /// Takes the lock of a directory where it is free, or was this `launch`'s own; nil: it is not, or cannot be had now.
  package static func takeIfFree(_ directory: String, _ environment: ProcessEnvironment) -> RunLock? {
    try? takeUnlessHeld(directory, environment)
  }

  /// The same.
  ///
  /// - Returns: nil where another process has it.
  /// - Throws: ``RunError`` where something else keeps it from being had.
  package static func takeUnlessHeld(_ directory: String, _ environment: ProcessEnvironment) throws -> RunLock? {
    var surroundings = Surroundings(environment, warn: { _ in })
    surroundings.holder.launch = LaunchName.this
    surroundings.longestWait = 0
    do { return try take(directory, surroundings) } catch let error as RunError where error.exitCode == .config {
      return nil
    }
  }

  private enum Attempt {
    case taken
    case again
    case held(LockHolder?)
    /// Nobody knows whether its holder lives.
    case silent(LockFile.Look)
  }

  private static func attempt(
    _ own: LockFile, holder: LockHolder, path: String, watched: (lock: LockFile.Look, since: Double)?,
    _ surroundings: Surroundings
  ) throws -> Attempt {
    if own.link(to: path) { return .taken }
    guard let file = try LockFile(opening: path) else { return .again }
    defer { close(file.descriptor) }
    let outcome = holder.isKept ? FileLock.take(file.descriptor) : .unavailable
    let look = file.look(), other = look.holder
    let state = other?.state ?? .unknown
    let isElsewhere = other.map { $0.machine != holder.machine } ?? true
    // The kernel that keeps it knows whether its holder lives; those of other machines may not.
    let isLocal = surroundings.isLocal(file.descriptor), isKnown = isLocal || !isElsewhere
    // File systems in user space may show the two names that a lock has for a moment as two files, each with locks of
    // its own.
    let isFree = outcome == .taken && (isLocal || state != .alive && state != .stopped)
    if isFree, state == .dead || isKnown && other?.isKept != false {
      return own.replace(file, at: path, isGuarded: true) ? .taken : .again
    }
    // Who was told to do without the kernel's locks asks for those of others all the same.
    let isHeld = outcome == .held || other?.isKept == true && !holder.isKept && FileLock.take(file.descriptor) == .held
    func takeOver(_ why: String) -> Attempt {
      guard own.replace(file, at: path, isGuarded: outcome == .taken) else { return .again }
      surroundings.warn("\(path.dropLast("/.lock".count)): \(why); it is taken over")
      return .taken
    }
    if let other {
      if holder.succeeds(other) { return takeOver("the lock is that of \(other.words), of the same job or launch") }
      if state == .dead {
        // Somebody may just be putting a lock of his own in its place.
        return isHeld ? .again : takeOver("the lock is that of \(other.words), which is gone")
      }
      if isHeld, isKnown { return .held(other) }
    }
    // Only the beat tells. A clock that is set meanwhile counts no more than what is seen here.
    let seen = watched.map { $0.lock == look ? Clock.now() - $0.since : 0 } ?? 0
    let silence = max(own.serverTime() - look.changed, seen)
    if silence > patience {
      return takeOver(
        "the lock of \(other?.words ?? "an unknown process") has been silent for \(Int(min(silence, 1e9))) s")
    }
    if state == .alive || state == .stopped { return .held(other) }
    if let watched, watched.lock.identity == look.identity, watched.lock.changed != look.changed { return .held(other) }
    return .silent(look)
  }

  private static func held(_ directory: String, by holder: LockHolder?) -> RunError {
    let isStopped = holder?.state == .stopped ? ", which is stopped (kill -CONT lets it go on)" : ""
    return RunError(
      .config,
      "\(directory): \(holder?.words ?? "another process")\(isStopped) is writing here; wait for its end, or choose another "
        + "directory with --output or checkpoint.directory")
  }

  // MARK: Keeping

  /// Makes sure that the lock is still this one's; call it before anything is written.
  ///
  /// - Throws: ``RunError``: 74 where the directory is not at its place any more, 69 where another process has the
  ///   lock.
  func verify() throws {
    var info = stat()
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    let problem = errno
    guard descriptor >= 0 else {
      // What cannot be told now, a write will tell.
      guard [ENOENT, ENOTDIR, ESTALE, ELOOP].contains(problem) else { return }
      // A directory that is being deleted may lose this file first.
      for _ in 0..<20 where !isElsewhere { usleep(50_000) }
      guard !isElsewhere else { throw gone }
      throw lost("somebody has taken it over, or removed .lock")
    }
    defer { close(descriptor) }
    guard fstat(descriptor, &info) == 0, FileNumber(info) != identity else { return }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let other = LockHolder(Array(bytes.prefix(max(0, count))))
    if other?.token == holder.token { return }
    // Another lock: in another directory at this place, or in this one.
    guard !isElsewhere else { throw gone }
    throw lost("\(other?.words ?? "another process") has taken it over")
  }

  /// Whether something else is at the directory's place: the lock's file has a name, but not there, or the directory is
  /// another.
  private var isElsewhere: Bool {
    var file = stat(), place = stat()
    if fstat(descriptor, &file) == 0, file.st_nlink > 0 { return true }
    return stat(directory, &place) != 0 || FileNumber(place) != directoryIdentity
  }

  private var gone: RunError {
    RunError(
      .inputOutput,
      "\(directory): this directory was moved, replaced or deleted while the run was writing there; put it back, or give its new "
        + "place, and the same command goes on after its last checkpoint")
  }

  private func lost(_ how: String) -> RunError {
    RunError(
      .unavailable,
      "\(directory): this process has lost its lock: \(how); it stops before it writes; when nobody writes there any more, the "
        + "same command goes on after the last checkpoint")
  }

  private var isReleased = false

  /// Gives back the lock of a directory that has got another name.
  func leave(at place: String) {
    guard !isReleased else { return }
    unlink(place + "/.lock")
    release()
  }

  /// Gives the lock back; a directory that was made for it and holds nothing goes too.
  package func release() {
    guard !isReleased else { return }
    isReleased = true
    if (try? verify()) != nil {
      unlink(path)
      if madeDirectory { rmdir(directory) }
    }
    if let timer { timer.cancel() } else { close(descriptor) }
  }
}
