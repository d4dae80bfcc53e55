internal import Glibc
package import Platform
internal import Specs

/// A cache that is being made, beside its place: it takes that place when it is complete, or goes.
///
/// Its name is this process's own, so that two that make the same cache do not disturb each other: the last to be ready
/// stays. What a process that was killed has left is removed by the next that makes the same cache; a lock tells it
/// from one that is being made.
package final class CacheDraft {
  package let path: String
  private let partial: String
  private let descriptor: Int32
  private var isReady = false

  /// Seconds after which a draft that nobody has locked is a leftover.
  private static let leftover = 60.0

  /// - Parameter mode: who may read it besides this user: nobody who may not read the text.
  /// - Throws: ``FileProblem``
  package init(_ path: String, mode: UInt32) throws(FileProblem) {
    Self.removeLeftovers(of: path)
    partial = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
    descriptor = open(partial, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileProblem() }
    self.path = path
    _ = FileLock.take(descriptor)
    fchmod(descriptor, mode & 0o666 | 0o600)
  }

  deinit {
    if !isReady { unlink(partial) }
    close(descriptor)
  }

  /// Whether only this machine writes to its file system.
  package var isLocal: Bool { FileLock.isLocal(descriptor) }

  private static func removeLeftovers(of path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let name = parts.last else { return }
    let directory = parts.dropLast().joined(separator: "/")
    let place = parts.count == 1 ? "." : directory.isEmpty ? "/" : directory
    guard let stream = opendir(place) else { return }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let found = withUnsafePointer(to: &entry.pointee.d_name) { place in
        place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard found.hasPrefix(name + "."), found.hasSuffix(".partial") else { continue }
      let other = place + "/" + found, descriptor = open(other, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if let identity = FileIdentity(of: descriptor), Clock.date() - Double(identity.modified) * 1e-9 > leftover,
        FileLock.take(descriptor) == .taken
      {
        unlink(other)
      }
      close(descriptor)
    }
  }

  // MARK: - Rows

  /// Takes the space that a cache needs, so that nothing fails for want of it later.
  ///
  /// - Throws: ``FileProblem``; one of `EOPNOTSUPP` where the file system cannot promise it.
  func takeSpace(_ header: CacheHeader) throws(FileProblem) {
    if let limit = FileSpace.sizeLimit, Double(header.fileByteCount) > limit { throw FileProblem(EFBIG) }
    let problem = FileSpace.take(Int64(header.fileByteCount), of: descriptor)
    guard problem == 0 else { throw FileProblem(problem) }
  }

  /// Memory that is the rows in the file; to be used as long as the draft is there.
  ///
  /// - Throws: ``FileProblem``
  func mapRows(_ header: CacheHeader) throws(FileProblem) -> MappedDraft {
    guard ftruncate(descriptor, off_t(header.rows.end)) == 0,
      let base = mmap(nil, header.rows.end, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { throw FileProblem() }
    return MappedDraft(
      whole: UnsafeMutableRawBufferPointer(start: base, count: header.rows.end), offset: header.rows.offset)
  }

  /// Writes bytes at a place.
  ///
  /// - Throws: ``FileProblem``
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileProblem) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + written }, min(bytes.count - written, 1 << 24), off_t(offset + written)
      )
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileProblem(count < 0 ? errno : ENOSPC) }
      written += count
    }
  }

  /// Completes the cache and puts it in its place.
  ///
  /// - Parameter rows: those that were written, with their hash.
  /// - Throws: ``FileProblem``
  func finish(_ rows: CacheHeader, _ sources: [UInt8], _ key: [UInt8], _ metadata: [UInt8]) throws(FileProblem) {
    var header = rows
    for (bytes, part) in [(sources, header.sources), (key, header.key), (metadata, header.metadata)] {
      precondition(bytes.count == part.count, "a part of a cache has another size")
      var problem: FileProblem?
      bytes.withUnsafeBytes {
        do throws(FileProblem) { try write($0, at: part.offset) } catch { problem = error }
      }
      if let problem { throw problem }
    }
    (header.key.hash, header.metadata.hash) = (ContentHash.of(key), ContentHash.of(metadata))
    var info = stat()
    guard fstat(descriptor, &info) == 0, let identity = FileIdentity(of: descriptor) else { throw FileProblem() }
    (header.device, header.inode) = (Int(truncatingIfNeeded: info.st_dev), identity.inode)
    // A time that no later write has, and that every file system can hold.
    let moment = Int(Clock.date()) / 2 * 2 - 4
    header.modified = moment * 1_000_000_000
    let first = header.bytes + [UInt8](repeating: 0, count: CacheHeader.byteCount - header.bytes.count)
    // What is named is whole, whatever happens to the machine.
    guard fsync(descriptor) == 0 else { throw FileProblem() }
    var problem: FileProblem?
    first.withUnsafeBytes {
      do throws(FileProblem) { try write($0, at: 0) } catch { problem = error }
    }
    if let problem { throw problem }
    FileTimes.set(modified: header.modified, of: descriptor)
    guard fsync(descriptor) == 0, rename(partial, path) == 0 else { throw FileProblem() }
    isReady = true
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let directory = parts.joined(separator: "/")
    let folder = open(parts.isEmpty ? "." : directory.isEmpty ? "/" : directory, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}

/// The rows of a draft as memory, written back by the system as it likes.
final class MappedDraft {
  private let whole: UnsafeMutableRawBufferPointer
  let rows: UnsafeMutableRawBufferPointer

  init(whole: UnsafeMutableRawBufferPointer, offset: Int) {
    self.whole = whole
    rows = UnsafeMutableRawBufferPointer(rebasing: whole[offset...])
  }

  deinit { munmap(whole.baseAddress, whole.count) }
}
