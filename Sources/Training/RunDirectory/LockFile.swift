internal import Glibc
internal import Platform
internal import Specs

/// An open file that is, was or shall be that of a lock.
final class LockFile {
  /// What a look at a lock's file has shown.
  struct Look: Equatable {
    var identity: FileNumber
    /// When it was changed last, in seconds by its file system's clock.
    var changed: Double
    var holder: LockHolder?
  }

  let path: String
  private(set) var descriptor: Int32
  private var bytes: [UInt8] = []
  /// The error of the file system that kept this file from its place; 0: none, somebody else was there first.
  private(set) var problem: Int32 = 0

  /// Makes a file that is not there yet.
  init(making path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw AtomicFile.failure(path, FileProblem()) }
  }

  /// Opens a lock's file; nil where there is none.
  init?(opening path: String) throws {
    self.path = path
    // Nothing else is waited for, or followed.
    descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    var problem = errno
    // A file that a server has meanwhile replaced by another one.
    for _ in 0..<20 where descriptor < 0 && problem == ESTALE {
      usleep(50_000)
      descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      problem = errno
    }
    if descriptor < 0, problem == ENOENT { return nil }
    var info = stat()
    guard descriptor >= 0, fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      guard !FileProblem(problem).isOfDescriptors || descriptor >= 0 else {
        throw AtomicFile.failure(path, FileProblem(problem))
      }
      let words = descriptor >= 0 || problem == ELOOP ? "not a regular file" : String(cString: strerror(problem))
      if descriptor >= 0 { close(descriptor) }
      throw RunError(
        .inputOutput,
        "\(path): not a lock that can be used (\(words)); remove it, or choose another directory with --output")
    }
  }

  var identity: FileNumber {
    var info = stat()
    fstat(descriptor, &info)
    return FileNumber(info)
  }

  func write(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    let count = pwrite(descriptor, bytes, bytes.count, 0)
    guard count == bytes.count else { throw AtomicFile.failure(path, FileProblem(count < 0 ? errno : ENOSPC)) }
  }

  /// What the file says, and when it was renewed.
  func look() -> Look {
    var info = stat(), bytes = [UInt8](repeating: 0, count: 4096)
    fstat(descriptor, &info)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Look(
      identity: FileNumber(info), changed: Self.seconds(info.st_mtim),
      holder: LockHolder(Array(bytes.prefix(max(0, count)))))
  }

  /// The time of the file system's own clock.
  func serverTime() -> Double {
    var info = stat()
    futimens(descriptor, nil)
    fstat(descriptor, &info)
    return Self.seconds(info.st_mtim)
  }

  private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 }

  /// Puts this file in a place where none is.
  /// - Returns: whether it is there.
  func link(to place: String) -> Bool {
    problem = 0
    if Glibc.link(path, place) == 0 { return true }
    let reason = errno
    // A server's reply may get lost, and what it has done is done.
    if isThere(self, place) { return true }
    guard reason != EEXIST else { return false }
    guard ![ENOENT, ENOTDIR, ENOSPC, EDQUOT, EROFS, EIO, ESTALE].contains(reason) else {
      problem = reason
      return false
    }
    return make(place)
  }

  /// Makes the file at its place, where files have no second names: empty for a moment, which tells nobody that it is
  /// free.
  private func make(_ place: String) -> Bool {
    let other = open(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard other >= 0 else {
      problem = errno == EEXIST ? 0 : errno
      return false
    }
    let former = descriptor
    descriptor = other
    if LockHolder(bytes)?.isKept != true || FileLock.take(other) == .taken {
      errno = ENOSPC
      let isWritten = pwrite(other, bytes, bytes.count, 0) == bytes.count
      problem = isWritten ? 0 : errno
      // Another start may have had its lock, and its place, before this one did.
      if isThere(self, place) {
        if isWritten {
          close(former)
          return true
        }
        unlink(place)
      }
    }
    descriptor = former
    close(other)
    return false
  }

  /// Puts this file in the place of another lock's.
  ///
  /// - Parameter isGuarded: the kernel lets nobody else try, because this process has the other file's lock.
  /// - Returns: false where the place has changed meanwhile.
  func replace(_ other: LockFile, at place: String, isGuarded: Bool) -> Bool {
    if isGuarded { return take(over: other, at: place) }
    // Whole from its first moment on, where files can have two names: who is killed here keeps nobody waiting.
    let gate = place + ".taking"
    guard makeGate(gate) else {
      // Who made it is about to be done, or was killed at it.
      do {
        guard let left = try LockFile(opening: gate) else { return false }
        let look = left.look()
        if look.holder?.state == .dead || serverTime() - look.changed > RunLock.patience { unlink(gate) }
        close(left.descriptor)
      } catch { problem = EIO }
      return false
    }
    defer { unlink(gate) }
    return take(over: other, at: place)
  }

  private func makeGate(_ gate: String) -> Bool {
    problem = 0
    if Glibc.link(path, gate) == 0 || isThere(self, gate) { return true }
    let reason = errno
    guard reason != EEXIST, let guardian = try? LockFile(making: gate) else {
      if access(gate, F_OK) != 0 { problem = reason == EEXIST ? 0 : reason }
      return false
    }
    try? guardian.write(bytes)
    close(guardian.descriptor)
    return true
  }

  private func take(over other: LockFile, at place: String) -> Bool {
    problem = 0
    guard isThere(other, place) else { return false }
    if rename(path, place) == 0 { return true }
    problem = errno
    return isThere(self, place)
  }

  private func isThere(_ other: LockFile, _ place: String) -> Bool {
    var info = stat()
    guard lstat(place, &info) == 0 else {
      if errno != ENOENT { problem = errno }
      return false
    }
    return FileNumber(info) == other.identity
  }

  /// Removes what starts have left in a directory that were killed while they took its lock.
  func removeLeftovers(in directory: String) {
    for name in (try? DiskStorage().names(in: directory)) ?? []
    where name.hasPrefix(".lock-") || name == ".lock.taking" {
      guard let left = try? LockFile(opening: directory + "/" + name) else { continue }
      let look = left.look()
      // One that says nothing may be about to.
      if look.holder?.state == .dead || serverTime() - look.changed > RunLock.patience { unlink(left.path) }
      close(left.descriptor)
    }
  }
}
