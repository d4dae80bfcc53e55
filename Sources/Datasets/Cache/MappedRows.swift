internal import Glibc
internal import Platform

/// The rows of a cache, or of data that take much memory, where they are, in pages of the file.
///
/// A cache is replaced, never written over, so that one that is mapped stays what it is whatever is made under its name
/// meanwhile.
package final class MappedRows: Sendable {
  private let file: MappedFile
  private let descriptor: Int32
  private let range: Range<Int>
  private let use: DataUse
  private let modified: Int

  fileprivate static func line(_ path: String, _ problem: String) -> String { "ptrain: \(path): \(problem)\n" }

  /// - Returns: nil where it cannot be mapped.
  convenience init?(_ cache: CacheFile, descriptor: Int32, use: DataUse) {
    self.init(
      cache.path, descriptor: descriptor, rows: cache.header.rows.offset..<cache.header.rows.end, use: use)
  }

  /// Rows in a file without a name, which nobody else can write to.
  ///
  /// - Parameter count: bytes, all that the file has.
  /// - Returns: nil where it cannot be mapped.
  convenience init?(nameless descriptor: Int32, count: Int, use: DataUse) {
    self.init(Self.nameless, descriptor: descriptor, rows: 0..<count, use: use)
  }

  /// Where processes of this machine find each other's open files.
  private static let nameless = "/proc/"

  /// Whether they are in a file without a name.
  package var isNameless: Bool { file.path.hasPrefix(Self.nameless) }

  private init?(_ path: String, descriptor: Int32, rows: Range<Int>, use: DataUse) {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { return nil }
    let isNameless = path.hasPrefix(Self.nameless)
    let name = isNameless ? "the file of the rows" : path, title = isNameless ? "it" : "the cache"
    let wayOut =
      isNameless ? "give the same command again" : "give the same command again, or with data.cache \"off\""
    guard let identity = FileIdentity(of: own), identity.byteCount >= rows.upperBound,
      let file = MappedFile(
        path == Self.nameless ? "\(Self.nameless)\(getpid())/fd/\(own)" : path, descriptor: own,
        shorter: Self.line(name, "\(title) became shorter while it was \(use.words); give the same command again"),
        unreadable: Self.line(
          name,
          "a part of \(title) could not be read while it was \(use.words); look at its file system (dmesg), and \(wayOut)"
        )
      ),
      file.byteCount >= rows.upperBound
    else {
      close(own)
      return nil
    }
    (self.file, self.descriptor, range, self.use, modified) = (file, own, rows, use, identity.modified)
  }

  deinit { close(descriptor) }

  /// How another process of this machine finds them.
  package var place: MappedRowsPlace {
    MappedRowsPlace(path: file.path, inode: file.identity.inode, offset: range.lowerBound, count: range.count)
  }

  /// The rows that another process of this machine has mapped; nil where this one does not find them.
  package convenience init?(_ place: MappedRowsPlace, use: DataUse) {
    let (end, overflows) = place.offset.addingReportingOverflow(place.count)
    guard !overflows, place.offset >= 0, place.count >= 0 else { return nil }
    // Of a file without a name the path is a link to it.
    let isNameless = place.path.hasPrefix(Self.nameless)
    let descriptor = open(place.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (isNameless ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let identity = FileIdentity(of: descriptor), identity.inode == place.inode, identity.byteCount >= end else {
      return nil
    }
    self.init(place.path, descriptor: descriptor, rows: place.offset..<end, use: use)
  }

  package var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: file.start + range.lowerBound, count: range.count)
  }

  /// Several processes read them: one of them speaks where the file becomes shorter.
  package func share(_ word: UnsafeMutableRawPointer) { file.share(word) }

  /// - Throws: ``DataError/changedCache(file:use:)`` where somebody has written into the file.
  package func requireUnchanged() throws(DataError) {
    // When the system writes its pages back its times change.
    guard !isNameless else { return }
    for attempt in 0..<3 {
      if let now = FileIdentity(of: descriptor), now.modified == modified, now.byteCount == file.byteCount { return }
      // Another process that finds the text the same renews what is said of it, and sets the time back at once.
      if attempt < 2 { usleep(50_000) }
    }
    throw .changedCache(file: file.path, use: use)
  }
}

/// Where the rows of a cache lie.
package struct MappedRowsPlace: Sendable, Equatable {
  package var path: String
  package var inode: Int
  package var offset: Int
  package var count: Int

  package init(path: String, inode: Int, offset: Int, count: Int) {
    (self.path, self.inode, self.offset, self.count) = (path, inode, offset, count)
  }
}
