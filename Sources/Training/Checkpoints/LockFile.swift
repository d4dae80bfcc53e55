internal import Glibc
internal import Kernels
internal import Specs

/// Tells a file from all others of its machine, whatever they are called.
struct FileIdentity: Equatable {
  var device: UInt64
  var number: UInt64

  init(_ info: stat) { (device, number) = (UInt64(info.st_dev), UInt64(info.st_ino)) }
}

/// An open file that is, was or shall be that of a lock.
final class LockFile {
  /// What a look at a lock's file has shown.
  struct Look: Equatable {
    var identity: FileIdentity
    /// When it was changed last, in seconds by its file system's clock.
    var changed: Double
    var holder: LockHolder?
  }

  let path: String
  private(set) var descriptor: Int32
  private var bytes: [UInt8] = []

  /// Makes a file that is not there yet.
  init(making path: String) throws {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw RunError(
        .inputOutput,
        "\(path): cannot be written (\(String(cString: strerror(errno)))); free space or choose another directory with --output"
      )
    }
  }

  /// Opens a lock's file; nil where there is none.
  init?(opening path: String) throws {
    self.path = path
    // Nothing else is waited for, or followed.
    descriptor = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    let problem = errno
    if descriptor < 0, problem == ENOENT { return nil }
    var info = stat()
    guard descriptor >= 0, fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      let words = descriptor >= 0 || problem == ELOOP ? "not a regular file" : String(cString: strerror(problem))
      if descriptor >= 0 { close(descriptor) }
      throw RunError(
        .inputOutput,
        "\(path): not a lock that can be used (\(words)); remove it, or choose another directory with --output")
    }
  }

  var identity: FileIdentity {
    var info = stat()
    fstat(descriptor, &info)
    return FileIdentity(info)
  }

  func write(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw RunError(
        .inputOutput,
        "\(path): cannot be written (\(String(cString: strerror(errno)))); free space or choose another directory with --output"
      )
    }
  }

  /// What the file says, and when it was renewed.
  func look() -> Look {
    var info = stat(), bytes = [UInt8](repeating: 0, count: 4096)
    fstat(descriptor, &info)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Look(
      identity: FileIdentity(info), changed: Self.seconds(info.st_mtim),
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
    if Glibc.link(path, place) == 0 { return true }
    guard ![EEXIST, ENOENT, ENOTDIR, ENOSPC, EDQUOT, EROFS].contains(errno) else { return false }
    // No second names here: the place itself is made, empty for a moment, which tells nobody that it is free.
    let other = open(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard other >= 0 else { return false }
    let isKept = LockHolder(bytes)?.isKept == true
    guard !isKept || FileLock.take(other) == .taken, pwrite(other, bytes, bytes.count, 0) == bytes.count else {
      close(other)
      return false
    }
    close(descriptor)
    descriptor = other
    return true
  }

  /// Puts this file in the place of another lock's.
  ///
  /// - Parameter isGuarded: the kernel lets nobody else try, because this process has the other file's lock.
  /// - Returns: false where the place has changed meanwhile.
  func replace(_ other: LockFile, at place: String, isGuarded: Bool) -> Bool {
    if isGuarded { return isThere(other, place) && rename(path, place) == 0 }
    let gate = place + ".taking"
    guard let guardian = try? LockFile(making: gate) else {
      // Who made it is about to be done, or was killed at it.
      if let left = try? LockFile(opening: gate) {
        let look = left.look()
        if look.holder?.state == .dead || serverTime() - look.changed > RunLock.patience { unlink(gate) }
        close(left.descriptor)
      }
      return false
    }
    defer {
      unlink(gate)
      close(guardian.descriptor)
    }
    try? guardian.write(bytes)
    return isThere(other, place) && rename(path, place) == 0
  }

  private func isThere(_ other: LockFile, _ place: String) -> Bool {
    var info = stat()
    return lstat(place, &info) == 0 && FileIdentity(info) == other.identity
  }
}
