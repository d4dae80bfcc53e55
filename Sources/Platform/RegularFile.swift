internal import Glibc

/// Opens files where a file is meant, and nothing else.
///
/// A FIFO or a device under a run's or checkpoint's name would block for ever or never end, and a planted link would
/// have ptrain write somewhere else: all of these are refused with a line.
package enum RegularFile {
  /// Opens a file to read.
  ///
  /// - Parameter remedy: the end of the error's sentence.
  /// - Throws: ``FileError``, `missing` where there is no such file, `unsuitable` where it is not a regular one.
  package static func openToRead(_ path: String, remedy: String) throws -> Int32 {
    // Without O_NONBLOCK a FIFO that nobody writes to would block here.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw unreadable(path, FileProblem(), as: .missing, remedy: remedy)
    }
    guard let kind = irregularity(of: descriptor) else { return descriptor }
    close(descriptor)
    throw FileError(.unsuitable, "\(path): \(kind), not a file; \(remedy)")
  }

  /// Reads a whole file.
  ///
  /// - Parameter limit: bytes that it may have; nil: half of what this process can have as memory.
  /// - Throws: as ``openToRead(_:remedy:)``; `failed` where the file system fails.
  package static func contents(_ path: String, remedy: String, limit: Int? = nil) throws -> [UInt8] {
    let descriptor = try openToRead(path, remedy: remedy)
    defer { close(descriptor) }
    var info = stat()
    let size = fstat(descriptor, &info) == 0 ? Int(info.st_size) : 0
    // A file with holes may claim to have any size.
    let limit = limit ?? MachineMemory.ofProcess / 2
    guard size <= limit else {
      throw FileError(.unsuitable, "\(path): has \(size) bytes, and at most \(limit) can be read; \(remedy)")
    }
    var problem: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = 0
      while count < size, let base = buffer.baseAddress {
        let received = read(descriptor, base + count, min(size - count, 1 << 24))
        if received < 0, errno == EINTR { continue }
        if received < 0 { problem = errno }
        guard received > 0 else { return }
        count += received
      }
    }
    guard problem == 0 else {
      throw unreadable(path, FileProblem(problem), as: .failed, remedy: remedy)
    }
    return bytes
  }

  /// The error for a file that cannot be read.
  ///
  /// - Parameter kind: what is wrong, unless no file at all can be opened.
  package static func unreadable(
    _ path: String, _ problem: FileProblem, as kind: FileError.Kind, remedy: String
  ) -> FileError {
    FileError(
      problem.isOfDescriptors ? .failed : kind,
      "\(path): cannot be read (\(problem.words)); \(problem.wayOut(ofReadingOr: remedy))")
  }

  /// Creates a file that nobody else has open; a leftover of that name goes.
  ///
  /// - Returns: -1 with `errno` where it cannot be made.
  package static func create(_ path: String) -> Int32 {
    for _ in 0..<8 {
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard descriptor < 0, errno == EEXIST, unlink(path) == 0 || errno == ENOENT else { return descriptor }
    }
    errno = EEXIST
    return -1
  }

  /// Opens a file to append to, or creates it; never through a link.
  package static func openToAppend(_ path: String) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
    guard descriptor >= 0, irregularity(of: descriptor) != nil else { return descriptor }
    close(descriptor)
    errno = EINVAL
    return -1
  }

  /// What an open file is, in words; nil: a regular file.
  package static func irregularity(of descriptor: Int32) -> String? {
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { return "something that cannot be looked at" }
    switch info.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: return "a directory"
    case S_IFIFO: return "a FIFO"
    case S_IFCHR, S_IFBLK: return "a device"
    case S_IFSOCK: return "a socket"
    default: return "something special"
    }
  }
}
