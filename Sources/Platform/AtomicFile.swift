internal import CPlatform
internal import Glibc

/// Files that are complete or absent.
package enum AtomicFile {
  /// Creates a directory and those above it.
  ///
  /// Each level is opened in the one above it, not by its path: where a directory is moved away meanwhile, what is made
  /// below it goes with it, and nothing takes its place.
  ///
  /// - Parameter beforeMaking: called where a level is missing, before it is made; it throws where that level must not
  ///   be made again.
  /// - Returns: whether the last level was made.
  @discardableResult
  package static func createDirectory(_ path: String, beforeMaking: () throws -> Void = {}) throws -> Bool {
    func failure(_ problem: FileProblem) -> FileError {
      FileError(
        .failed,
        "\(path): the directory cannot be made (\(problem.words)); \(problem.wayOut(or: "choose another with --output"))"
      )
    }
    var isMade = false
    var folder = ck_open_place(AT_FDCWD, path.hasPrefix("/") ? "/" : ".")
    guard folder >= 0 else { throw failure(FileProblem()) }
    defer { close(folder) }
    for part in path.split(separator: "/").map(String.init) {
      isMade = false
      var next = ck_open_place(folder, part)
      if next < 0, errno == ENOENT {
        try beforeMaking()
        // Another process may make it at the same time.
        isMade = mkdirat(folder, part, 0o777) == 0
        guard isMade || errno == EEXIST else { throw failure(FileProblem()) }
        next = ck_open_place(folder, part)
      }
      guard next >= 0 else { throw failure(FileProblem()) }
      close(folder)
      folder = next
    }
    var info = stat()
    guard fstat(folder, &info) == 0, info.st_mode & S_IFMT == S_IFDIR, faccessat(folder, ".", W_OK, 0) == 0 else {
      throw FileError(.failed, "\(path): not a directory one can write to; choose another with --output")
    }
    return isMade
  }

  /// Writes a whole file: beside its place, flushed to the disk, then renamed.
  ///
  /// - Parameters:
  ///   - progress: called for each block.
  ///   - failure: the error for a problem, an `errno`.
  package static func write(
    _ bytes: [UInt8], to path: String, progress: () -> Void = {},
    failure describe: ((_ problem: Int32) -> any Error)? = nil
  ) throws {
    func failure(_ path: String) -> any Error { describe?(errno) ?? Self.failure(path, FileProblem()) }
    let beside = path + ".partial"
    let descriptor = RegularFile.create(beside)
    guard descriptor >= 0 else { throw failure(path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, min(bytes.count - written, 1 << 24))
      }
      if count < 0 {
        if errno == EINTR { continue }
        let error = failure(path)
        close(descriptor)
        unlink(beside)
        throw error
      }
      written += count
      progress()
    }
    let isFlushed = fsync(descriptor) == 0
    guard close(descriptor) == 0, isFlushed, rename(beside, path) == 0 else {
      let error = failure(path)
      unlink(beside)
      throw error
    }
    let directory = path.split(separator: "/").dropLast().joined(separator: "/")
    let folder = open((path.hasPrefix("/") ? "/" : "") + (directory.isEmpty ? "." : directory), O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// The error for a file that cannot be written.
  package static func failure(_ path: String, _ problem: FileProblem) -> FileError {
    FileError(
      .failed,
      "\(path): cannot be written (\(problem.words)); \(problem.wayOut(or: "choose another directory with --output"))")
  }
}

/// A file that grows by whole lines.
package final class LineFile {
  private let descriptor: Int32
  private let path: String

  /// Opens the file, or creates it.
  package init(_ path: String) throws {
    self.path = path
    descriptor = RegularFile.openToAppend(path)
    guard descriptor >= 0 else { throw AtomicFile.failure(path, FileProblem()) }
  }

  deinit { close(descriptor) }

  /// Appends a line in one call of the system.
  package func append(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    let count = Glibc.write(descriptor, bytes, bytes.count)
    guard count == bytes.count else {
      // A part of a line is what a full disk takes.
      throw AtomicFile.failure(path, FileProblem(count < 0 ? errno : ENOSPC))
    }
  }
}
