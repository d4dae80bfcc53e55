internal import CPlatform
internal import Glibc

/// A file in memory without a copy, to be read only; pages come from the disk when they are looked at, and may go
/// again.
///
/// Nothing keeps others from writing to it: ``change`` tells whether somebody has. Where it becomes shorter, reading
/// what is gone ends the process with a line (`ck_mapping.h`).
package final class MappedFile: @unchecked Sendable {
  /// Where it lies, whatever the current directory is.
  package let path: String
  /// What it was when it was mapped.
  package let identity: FileIdentity
  /// The first byte; there are ``byteCount``.
  package let start: UnsafeRawPointer
  package var byteCount: Int { identity.byteCount }
  private let descriptor: Int32
  private let watch: Int32

  /// Maps an open file, which may be closed then.
  ///
  /// Returns nil where it is empty or cannot be mapped: there are file systems that do not, and limits.
  /// - Parameters:
  ///   - path: its name.
  ///   - shorter: the line for when it becomes shorter, `ptrain: ` and line break included.
  ///   - unreadable: that for when its file system fails.
  package init?(_ path: String, descriptor: Int32, shorter: String, unreadable: String) {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { return nil }
    guard let identity = Self.settledIdentity(of: own), identity.byteCount > 0,
      let base = mmap(nil, identity.byteCount, PROT_READ, MAP_SHARED, own, 0), base != MAP_FAILED
    else {
      close(own)
      return nil
    }
    let watch = ck_watch_mapping(base, identity.byteCount, own, shorter, unreadable)
    guard watch >= 0 else {
      munmap(base, identity.byteCount)
      close(own)
      return nil
    }
    self.path = Self.absolute(path)
    self.identity = identity
    start = UnsafeRawPointer(base)
    self.descriptor = own
    self.watch = watch
  }

  deinit {
    ck_unwatch_mapping(watch)
    munmap(UnsafeMutableRawPointer(mutating: start), byteCount)
    close(descriptor)
  }

  /// File systems count time in steps of up to 10 ms: of a file that was just written, another write could have the
  /// same time.
  private static func settledIdentity(of descriptor: Int32) -> FileIdentity? {
    let identity = FileIdentity(of: descriptor)
    let age = identity.map { Clock.date() - Double($0.changed) * 1e-9 } ?? 1
    guard age >= 0, age < 0.1 else { return identity }
    usleep(100_000)
    return FileIdentity(of: descriptor)
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
    defer { free(directory) }
    return String(cString: directory) + "/" + path
  }

  /// What has become of the file since it was mapped, in words; nil: it is the same, under the same name.
  package var change: String? {
    let there = FileIdentity(at: path)
    // Of a file that lost its name only its times differ.
    if there?.inode != identity.inode { return identity.change(to: there) }
    return identity.change(to: FileIdentity(of: descriptor)) ?? identity.change(to: there)
  }

  /// Several processes of this machine read the file: one of them speaks where it becomes shorter.
  ///
  /// - Parameter word: 4 aligned bytes, 0 at first, in memory that they share.
  package func share(_ word: UnsafeMutableRawPointer) {
    ck_share_watch(watch, word.assumingMemoryBound(to: UInt32.self))
  }

  /// Gives pages back to the system; they are read again where somebody looks at them.
  package func giveBack(_ range: Range<Int>) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE))), first = range.lowerBound / page * page
    guard range.upperBound > first else { return }
    madvise(UnsafeMutableRawPointer(mutating: start + first), range.upperBound - first, MADV_DONTNEED)
  }
}
