internal import Glibc

/// What tells whether a file is the same, and nobody has written to it: the same for all processes of a machine,
/// whatever they call its devices.
package struct FileIdentity: Sendable, Equatable {
  /// Its number in its file system.
  package var inode: Int
  package var byteCount: Int
  /// When it was written to last, and when that or anything else of it changed, in ns since 1970.
  package var modified: Int
  package var changed: Int

  /// That of an open file; nil: it cannot be looked at.
  package init?(of descriptor: Int32) {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return nil }
    self.init(info)
  }

  /// That of the file of some name, or of what a link of that name leads to; nil: there is none.
  package init?(at path: String) {
    var info = stat()
    guard stat(path, &info) == 0 else { return nil }
    self.init(info)
  }

  private init(_ info: stat) {
    func nanoseconds(_ time: timespec) -> Int { time.tv_sec &* 1_000_000_000 &+ time.tv_nsec }
    inode = Int(truncatingIfNeeded: info.st_ino)
    byteCount = Int(info.st_size)
    (modified, changed) = (nanoseconds(info.st_mtim), nanoseconds(info.st_ctim))
  }

  /// The numbers, to be told to other processes.
  package var numbers: [Int] { [inode, byteCount, modified, changed] }

  /// Reads ``numbers``.
  package init?(_ numbers: [Int]) {
    guard numbers.count == 4 else { return nil }
    (inode, byteCount, modified, changed) = (numbers[0], numbers[1], numbers[2], numbers[3])
  }

  /// How a later look at the same name differs, in words; nil: not at all.
  package func change(to later: FileIdentity?) -> String? {
    guard let later else { return "there is no file of that name any more" }
    if later == self { return nil }
    if later.inode != inode { return "another file has that name" }
    if later.byteCount != byteCount { return "it had \(byteCount) bytes, and has \(later.byteCount)" }
    return later.modified != modified ? "it was written to" : "its place, its links or its rights were changed"
  }
}
